import type { ReplyPath } from '../network/cluster-network.ts'
import { attributes, createMessage, u32 } from './netlink.ts'
import {
  addressBytes,
  compare,
  load,
  loadConnection,
  loadPayload,
  type NfTablesRequest,
  newChain,
  newRule,
  newTable,
  nfTablesBatch,
  setConnection,
  setMeta,
} from './nf-tables.ts'
import type { SandboxCommand } from './sandbox-control.ts'

const routeProtocol = 0
const netfilterProtocol = 12

/**
 * Commands for every sandbox of the network: replies of connections that came through the gateway go back through it,
 * so that the gateway need not hide the clients' addresses; everything else goes directly. As
 *   table ip slipway-reply {
 *     chain in { type filter hook prerouting priority mangle; ether saddr GATEWAY ct mark set MARK }
 *     chain out { type route hook output priority mangle; ct mark MARK meta mark set MARK }
 *   }
 *   ip rule add fwmark MARK table MARK; ip route add default via GATEWAY table MARK
 */
export function replyPathCommands(path: ReplyPath): SandboxCommand[] {
  const routes = Buffer.concat([policyRule(path.mark), defaultRoute(path)])
  return [['netlink', routeProtocol, routes.toString('base64')], replyPathRules(path)]
}

export function replyPathRules(path: Pick<ReplyPath, 'gatewayMac' | 'mark'>): SandboxCommand {
  return ['netlink', netfilterProtocol, nfTablesBatch(tableRequests(path)).toString('base64')]
}

const addRule = 32
const addRoute = 24
const ipv4 = 2

function policyRule(mark: number): Buffer {
  const toTable = 1
  const header = Buffer.from([ipv4, 0, 0, 0, 0, 0, 0, toTable, 0, 0, 0, 0])
  const [fraPriority, fraMark, fraTable] = [6, 10, 15] as const
  const list = attributes([fraPriority, u32(100)], [fraMark, u32(mark)], [fraTable, u32(mark)])
  return createMessage(addRule, Buffer.concat([header, list]))
}

function defaultRoute({ gatewayIP, mark }: ReplyPath): Buffer {
  const [bootProtocol, universe, unicast] = [3, 0, 1]
  const header = Buffer.from([ipv4, 0, 0, 0, 0, bootProtocol, universe, unicast, 0, 0, 0, 0])
  const [rtaGateway, rtaTable] = [5, 15] as const
  const gateway = addressBytes(gatewayIP)
  return createMessage(addRoute, Buffer.concat([header, attributes([rtaGateway, gateway], [rtaTable, u32(mark)])]))
}

const table = 'slipway-reply'

function tableRequests({ gatewayMac, mark }: Pick<ReplyPath, 'gatewayMac' | 'mark'>): NfTablesRequest[] {
  const fromGateway = [loadPayload('link', 6, 6), compare('equal', Buffer.from(gatewayMac.replaceAll(':', ''), 'hex'))]
  const marked = [loadConnection('mark'), compare('equal', u32(mark))]
  return [
    newTable(table),
    newChain(table, { name: 'in', type: 'filter', hook: 'prerouting', priority: 'mangle' }),
    newChain(table, { name: 'out', type: 'route', hook: 'output', priority: 'mangle' }),
    newRule(table, 'in', [...fromGateway, load(u32(mark)), setConnection('mark')]),
    newRule(table, 'out', [...marked, load(u32(mark)), setMeta('mark')]),
  ]
}
