import { type Clients, externalOf, nearOf } from './near-backends.ts'
import { type Backend, dependsOnClients, type ServiceEntry } from './service-table.ts'

/**
 * The gateway's nftables ruleset as text, computed from the service table alone.
 * - A connection to a Service address or NodePort goes to one backend at random; the kernel keeps it there.
 * - A Service port without a backend, and a port that no Service has, is refused at once.
 * - Clients keep their source address; it is replaced only where replies would not come back through the gateway.
 * - Session affinity survives a change of the ruleset: its sets are kept by the incremental form.
 */
export interface RulesetOptions extends Clients {
  readonly podCidr: string
  readonly serviceCidr: string
  readonly nodeCidr: string
  readonly infrastructureCidr: string
  /** Pods send replies of connections that came through the gateway back through it; else every source is replaced. */
  readonly replyRouting: boolean
  /** The address of a node, when it has one. For externalTrafficPolicy Local. */
  readonly nodeIP: (node: string) => string | undefined
}

export interface Ruleset {
  /** Builds the table anew, whatever was there. */
  readonly full: string
  /** Names of the chains and sets that belong to single Services: what a next ruleset must clear away. */
  readonly chains: ReadonlySet<string>
  readonly sets: ReadonlySet<string>
}

interface Named {
  readonly name: string
  readonly lines: readonly string[]
}

const TABLE = 'ip slipway'

export function planRuleset(table: readonly ServiceEntry[], options: RulesetOptions): Ruleset {
  const sets = table.flatMap((entry) => affinitySets(entry))
  const nodeSets = table.some(dependsOnClients) ? clientSets(options) : []
  const chains = table.filter((entry) => entry.backends.length > 0).flatMap((entry) => serviceChains(entry, options))
  const body = [
    ...lookups(table, options),
    ...[...sets, ...nodeSets].map((set) => block(`set ${set.name}`, set.lines)),
    ...chains.map((chain) => block(`chain ${chain.name}`, chain.lines)),
    ...baseChains(options),
  ]
  return {
    full: `add table ${TABLE}\ndelete table ${TABLE}\ntable ${TABLE} {\n${body.join('')}}\n`,
    chains: new Set(chains.map((chain) => chain.name)),
    sets: new Set([...sets, ...nodeSets].map((set) => set.name)),
  }
}

/** The change from one ruleset to the next in one transaction that leaves the affinity of clients as it is. */
export function planRulesetUpdate(previous: Ruleset, next: Ruleset): string {
  const gone = (before: ReadonlySet<string>, after: ReadonlySet<string>) =>
    [...before].filter((name) => !after.has(name))
  const [, , ...table] = next.full.split('\n')
  return [
    `flush table ${TABLE}`,
    ...['map services', 'map nodeports', 'set hairpin'].map((name) => `flush ${name.replace(' ', ` ${TABLE} `)}`),
    ...[...previous.sets].filter((name) => name.startsWith('node/')).map((name) => `flush set ${TABLE} ${name}`),
    ...gone(previous.chains, next.chains).map((name) => `delete chain ${TABLE} ${name}`),
    ...gone(previous.sets, next.sets).map((name) => `delete set ${TABLE} ${name}`),
    table.join('\n'),
  ].join('\n')
}

function lookups(table: readonly ServiceEntry[], options: RulesetOptions): string[] {
  const live = table.filter((entry) => entry.backends.length > 0)
  const services = live.map((each) => `${each.clusterIP} . ${each.protocol} . ${each.port} : goto ${chainName(each)}`)
  const nodePorts = live
    .filter((each) => each.nodePort !== undefined)
    .map(
      (each) =>
        `${each.protocol} . ${each.nodePort} : goto ${each.externalBackends ? externalName(each) : chainName(each)}`,
    )
  const ownAddresses = new Set(live.flatMap((each) => everyBackend(each).map((backend) => backend.ip)))
  return [
    block('map services', ['type ipv4_addr . inet_proto . inet_service : verdict', ...elements(services)]),
    block('map nodeports', ['type inet_proto . inet_service : verdict', ...elements(nodePorts)]),
    block('set infrastructure', [
      'type ipv4_addr',
      'flags interval',
      ...elements([options.infrastructureCidr, options.nodeCidr]),
    ]),
    block('set hairpin', [
      'type ipv4_addr . ipv4_addr',
      ...elements([...ownAddresses].sort().map((address) => `${address} . ${address}`)),
    ]),
  ]
}

function serviceChains(entry: ServiceEntry, options: RulesetOptions): Named[] {
  const { lines, chains } = nearChains(entry, options)
  const affinity =
    entry.affinitySeconds === undefined ? [] : everyBackend(entry).map((backend) => affinityChain(entry, backend))
  return [
    ...affinity,
    ...chains,
    { name: chainName(entry), lines: [...lines, ...balance(entry, entry.backends)] },
    ...externalChains(entry, options),
  ]
}

function nearChains(entry: ServiceEntry, options: RulesetOptions) {
  const lines: string[] = []
  const chains = new Map<string, Named>()
  for (const { node, place, backends } of nearOf(entry, options)) {
    const name = `${place}/${entry.id}`
    lines.push(`ip saddr @node/${node} ${backends.length > 0 ? `goto ${name}` : 'return'}`)
    if (backends.length > 0) chains.set(name, { name, lines: balance(entry, backends) })
  }
  return { lines, chains: [...chains.values()] }
}

/**
 * What enters from outside by a node's address goes to backends on that node, or is refused; pods and nodes are inside
 * and reach all. This machine comes from the bridge's address, which counts as outside.
 */
function externalChains(entry: ServiceEntry, { podCidr, infrastructureCidr, nodeIP }: RulesetOptions): Named[] {
  if (entry.externalBackends === undefined || entry.nodePort === undefined) return []
  const nodes = externalOf(entry, nodeIP)
  return [
    ...nodes.map(({ place, backends }) => ({ name: `${place}/${entry.id}`, lines: balance(entry, backends) })),
    {
      name: externalName(entry),
      lines: [
        `ip saddr ${podCidr} ip saddr != ${infrastructureCidr} goto ${chainName(entry)}`,
        ...nodes.map(({ address, place }) => `ip daddr ${address} goto ${place}/${entry.id}`),
      ],
    },
  ]
}

/** The rules that choose a backend. */
function balance(entry: ServiceEntry, backends: readonly Backend[]): string[] {
  if (entry.affinitySeconds !== undefined) {
    return [
      ...backends.map((backend) => `ip saddr @${affinityName(entry, backend)} goto ${affinityName(entry, backend)}`),
      `numgen random mod ${backends.length} vmap { ${backends
        .map((backend, index) => `${index} : goto ${affinityName(entry, backend)}`)
        .join(', ')} }`,
    ]
  }
  const [only] = backends
  if (backends.length === 1 && only) return [`meta l4proto ${entry.protocol} dnat to ${only.ip}:${only.port}`]
  const choices = backends.map((backend, index) => `${index} : ${backend.ip} . ${backend.port}`)
  return [
    `meta l4proto ${entry.protocol} dnat ip to numgen random mod ${backends.length} map { ${choices.join(', ')} }`,
  ]
}

function affinityChain(entry: ServiceEntry, backend: Backend): Named {
  const name = affinityName(entry, backend)
  return {
    name,
    lines: [`update @${name} { ip saddr }`, `meta l4proto ${entry.protocol} dnat to ${backend.ip}:${backend.port}`],
  }
}

function affinitySets(entry: ServiceEntry): Named[] {
  if (entry.affinitySeconds === undefined) return []
  return everyBackend(entry).map((backend) => ({
    name: affinityName(entry, backend),
    lines: ['type ipv4_addr', 'flags dynamic,timeout', `timeout ${entry.affinitySeconds}s`],
  }))
}

/** Also those that are reached on one node only: the last of a node, on their way out. */
function everyBackend({ backends, localBackends, externalBackends }: ServiceEntry): readonly Backend[] {
  const all = [...backends, ...[...(localBackends?.values() ?? []), ...(externalBackends?.values() ?? [])].flat()]
  return [...new Map(all.map((backend) => [`${backend.ip}:${backend.port}`, backend])).values()]
}

function clientSets(options: RulesetOptions): Named[] {
  return [...options.clientsByNode]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([node, clients]) => ({ name: `node/${node}`, lines: ['type ipv4_addr', ...elements([...clients].sort())] }))
}

function baseChains(options: RulesetOptions): string[] {
  return [
    block('chain translate', [
      'ip daddr . meta l4proto . th dport vmap @services',
      'ip daddr @infrastructure meta l4proto . th dport vmap @nodeports',
    ]),
    block('chain prerouting', ['type nat hook prerouting priority dstnat', 'jump translate']),
    block('chain output', ['type nat hook output priority -100', 'jump translate']),
    block('chain postrouting', [
      'type nat hook postrouting priority srcnat',
      'ct status & dnat == 0 return',
      ...(options.replyRouting
        ? [
            // A pod that reached itself, the gateway's own connections, and backends that are no pods.
            'ip saddr . ip daddr @hairpin masquerade',
            `ip saddr ${options.serviceCidr} masquerade`,
            'ip daddr @infrastructure masquerade',
            `ip daddr != ${options.podCidr} masquerade`,
          ]
        : ['masquerade']),
    ]),
    block('chain input', [
      'type filter hook input priority filter',
      `ip daddr ${options.serviceCidr} ct direction original meta l4proto tcp reject with tcp reset`,
      `ip daddr ${options.serviceCidr} ct direction original meta l4proto { udp, sctp } reject`,
    ]),
    // The gateway forwards between neighbours, and telling them so would send their replies around it.
    block('chain redirects', ['type filter hook output priority filter', 'icmp type redirect drop']),
  ]
}

function chainName(entry: ServiceEntry): string {
  return `service/${entry.id}`
}

function externalName(entry: ServiceEntry): string {
  return `external/${entry.id}`
}

function affinityName(entry: ServiceEntry, backend: Backend): string {
  return `client/${entry.id}/${backend.ip}_${backend.port}`
}

function elements(items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`elements = { ${items.join(', ')} }`]
}

function block(head: string, lines: readonly string[]): string {
  return `\t${head} {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`
}
