import type { ReplyPath } from '../network/cluster-network.ts'
import {
  type Attribute,
  attributes,
  be32,
  createMessage,
  type NfTablesRequest,
  nested,
  nfTablesBatch,
  text,
  u32,
} from './netlink.ts'
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

const newRule = 32
const newRoute = 24
const ipv4 = 2

function policyRule(mark: number): Buffer {
  const toTable = 1
  const header = Buffer.from([ipv4, 0, 0, 0, 0, 0, 0, toTable, 0, 0, 0, 0])
  const [fraPriority, fraMark, fraTable] = [6, 10, 15] as const
  const list = attributes([fraPriority, u32(100)], [fraMark, u32(mark)], [fraTable, u32(mark)])
  return createMessage(newRule, Buffer.concat([header, list]))
}

function defaultRoute({ gatewayIP, mark }: ReplyPath): Buffer {
  const [bootProtocol, universe, unicast] = [3, 0, 1]
  const header = Buffer.from([ipv4, 0, 0, 0, 0, bootProtocol, universe, unicast, 0, 0, 0, 0])
  const [rtaGateway, rtaTable] = [5, 15] as const
  const gateway = Buffer.from(gatewayIP.split('.').map(Number))
  return createMessage(newRoute, Buffer.concat([header, attributes([rtaGateway, gateway], [rtaTable, u32(mark)])]))
}

const table = 'slipway-reply'
const preroutingHook = 0
const outputHook = 3
const manglePriority = -150

function tableRequests({ gatewayMac, mark }: Pick<ReplyPath, 'gatewayMac' | 'mark'>): NfTablesRequest[] {
  const mac = Buffer.from(gatewayMac.replaceAll(':', ''), 'hex')
  return [
    { type: 0, attributes: [[1, text(table)]] },
    chain('in', 'filter', preroutingHook),
    chain('out', 'route', outputHook),
    rule('in', [loadSourceMac, equals(mac), immediate(u32(mark)), setConnectionMark]),
    rule('out', [loadConnectionMark, equals(u32(mark)), immediate(u32(mark)), setPacketMark]),
  ]
}

function chain(name: string, type: 'filter' | 'route', hook: number): NfTablesRequest {
  const hookOf = nested(4, [1, be32(hook)], [2, be32(manglePriority)])
  return { type: 3, attributes: [[1, text(table)], [3, text(name)], hookOf, [7, text(type)]] }
}

function rule(chainName: string, expressions: readonly Attribute[]): NfTablesRequest {
  return { type: 6, attributes: [[1, text(table)], [2, text(chainName)], nested(4, ...expressions)] }
}

function expression(name: string, ...data: readonly Attribute[]): Attribute {
  return nested(1, [1, text(name)], nested(2, ...data))
}

const register = be32(1)
const markKey = be32(3)
const linkHeader = be32(0)

const loadSourceMac = expression('payload', [1, register], [2, linkHeader], [3, be32(6)], [4, be32(6)])
const loadConnectionMark = expression('ct', [1, register], [2, markKey])
const setConnectionMark = expression('ct', [2, markKey], [4, register])
const setPacketMark = expression('meta', [2, markKey], [3, register])

function equals(value: Buffer): Attribute {
  return expression('cmp', [1, register], [2, be32(0)], nested(3, [1, value]))
}

function immediate(value: Buffer): Attribute {
  return expression('immediate', [1, register], nested(2, [1, value]))
}
