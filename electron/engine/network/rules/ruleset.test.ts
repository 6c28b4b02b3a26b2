import { describe, expect, test } from 'vitest'
import type { EndpointHints } from '../../../../shared/api/types/discovery-v1.ts'
import { type EndpointSpec, endpoints, service } from '../../../../test/support/service-objects.ts'
import { planAddresses } from '../address-plan.ts'
import { planRuleset, planRulesetUpdate, type RulesetOptions } from './ruleset.ts'
import { buildServiceTable } from './service-table.ts'
import { planStaleFlows } from './stale-flows.ts'

const plan = planAddresses('10.77.0.0/16')
const options: RulesetOptions = {
  ...plan,
  replyRouting: true,
  clientsByNode: new Map(),
  zoneOf: () => undefined,
  nodeIP: () => undefined,
}
const IP = '10.77.128.20'
const spec = (extra: object = {}) => extra as never

const webTable = (addresses: string[], extra: object = {}) =>
  buildServiceTable([service('web', IP, extra)], [endpoints('web', addresses)])
const chain = (ruleset: string, name: string) =>
  ruleset.split(`\tchain ${name} {\n`)[1]?.split('\t}\n')[0]?.trim().split(/\n\t*/)

describe('planRuleset', () => {
  test('a Service with two endpoints, whole', () => {
    expect(planRuleset(webTable(['10.77.1.1', '10.77.1.2']), options).full).toBe(`add table ip slipway
delete table ip slipway
table ip slipway {
	map services {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 10.77.128.20 . tcp . 80 : goto service/default/web/tcp/80 }
	}
	map nodeports {
		type inet_proto . inet_service : verdict
	}
	set infrastructure {
		type ipv4_addr
		flags interval
		elements = { 10.77.0.0/24, 10.77.127.0/24 }
	}
	set hairpin {
		type ipv4_addr . ipv4_addr
		elements = { 10.77.1.1 . 10.77.1.1, 10.77.1.2 . 10.77.1.2 }
	}
	chain service/default/web/tcp/80 {
		meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.77.1.1 . 8080, 1 : 10.77.1.2 . 8080 }
	}
	chain translate {
		ip daddr . meta l4proto . th dport vmap @services
		ip daddr @infrastructure meta l4proto . th dport vmap @nodeports
	}
	chain prerouting {
		type nat hook prerouting priority dstnat
		jump translate
	}
	chain output {
		type nat hook output priority -100
		jump translate
	}
	chain postrouting {
		type nat hook postrouting priority srcnat
		ct status & dnat == 0 return
		ip saddr . ip daddr @hairpin masquerade
		ip saddr 10.77.128.0/17 masquerade
		ip daddr @infrastructure masquerade
		ip daddr != 10.77.0.0/17 masquerade
	}
	chain input {
		type filter hook input priority filter
		ip daddr 10.77.128.0/17 ct direction original meta l4proto tcp reject with tcp reset
		ip daddr 10.77.128.0/17 ct direction original meta l4proto { udp, sctp } reject
	}
	chain redirects {
		type filter hook output priority filter
		icmp type redirect drop
	}
}
`)
  })

  test('one endpoint needs no choice', () => {
    expect(chain(planRuleset(webTable(['10.77.1.1']), options).full, 'service/default/web/tcp/80')).toEqual([
      'meta l4proto tcp dnat to 10.77.1.1:8080',
    ])
  })

  test('without endpoints nothing is translated, so the packet ends at the rule that refuses it', () => {
    const { full, chains } = planRuleset(webTable([]), options)
    expect(full).not.toContain('10.77.128.20')
    expect(chains.size).toBe(0)
  })

  test('UDP, and a NodePort', () => {
    const udp = service('dns', IP, spec({ type: 'NodePort', ports: [{ port: 53, nodePort: 30053, protocol: 'UDP' }] }))
    const { full } = planRuleset(
      buildServiceTable([udp], [endpoints('dns', ['10.77.1.1'], [{ port: 53, protocol: 'UDP' }])]),
      options,
    )
    expect(full).toContain('elements = { 10.77.128.20 . udp . 53 : goto service/default/dns/udp/53 }')
    expect(full).toContain('elements = { udp . 30053 : goto service/default/dns/udp/53 }')
    expect(chain(full, 'service/default/dns/udp/53')).toEqual(['meta l4proto udp dnat to 10.77.1.1:53'])
  })

  test('session affinity: a known client goes to its backend, a new one to any', () => {
    const sticky = {
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
    }
    const { full } = planRuleset(webTable(['10.77.1.1', '10.77.1.2'], sticky), options)
    const first = 'client/default/web/tcp/80/10.77.1.1_8080'
    const second = 'client/default/web/tcp/80/10.77.1.2_8080'
    expect(chain(full, 'service/default/web/tcp/80')).toEqual([
      `ip saddr @${first} goto ${first}`,
      `ip saddr @${second} goto ${second}`,
      `numgen random mod 2 vmap { 0 : goto ${first}, 1 : goto ${second} }`,
    ])
    expect(chain(full, first)).toEqual([`update @${first} { ip saddr }`, 'meta l4proto tcp dnat to 10.77.1.1:8080'])
    expect(full).toContain(`set ${first} {\n\t\ttype ipv4_addr\n\t\tflags dynamic,timeout\n\t\ttimeout 60s\n`)
  })

  test('affinity and internalTrafficPolicy Local: every set and chain that is named exists, while pods end too', () => {
    const ending = { ready: false, serving: true, terminating: true }
    const table = buildServiceTable(
      [service('web', IP, { sessionAffinity: 'ClientIP', internalTrafficPolicy: 'Local' })],
      [
        endpoints('web', [
          { ip: '10.77.1.1', node: 'n1', conditions: ending },
          { ip: '10.77.1.2', node: 'n2' },
        ]),
      ],
    )
    const clientsByNode = new Map([
      ['n1', ['10.77.1.9']],
      ['n2', ['10.77.1.8']],
    ])
    const { full, chains, sets } = planRuleset(table, { ...options, clientsByNode })
    const named = [...full.matchAll(/(goto |@)([a-z]+\/[^\s,}]+)/g)]
    expect(named.filter(([, kind]) => kind === '@').map(([, , name]) => name)).not.toEqual([])
    for (const [, kind, name = ''] of named) expect(kind === '@' ? sets : chains).toContain(name)
  })

  test('internalTrafficPolicy Local: clients of a node reach its backends, or none', () => {
    const table = buildServiceTable(
      [service('web', IP, { internalTrafficPolicy: 'Local' })],
      [endpoints('web', [{ ip: '10.77.1.1', node: 'n1' }])],
    )
    const clientsByNode = new Map([
      ['n1', ['10.77.1.1', '10.77.1.5']],
      ['n2', ['10.77.1.6']],
    ])
    const { full } = planRuleset(table, { ...options, clientsByNode })
    expect(chain(full, 'service/default/web/tcp/80')).toEqual([
      'ip saddr @node/n1 goto local/n1/default/web/tcp/80',
      'ip saddr @node/n2 return',
      'meta l4proto tcp dnat to 10.77.1.1:8080',
    ])
    expect(full).toContain('set node/n1 {\n\t\ttype ipv4_addr\n\t\telements = { 10.77.1.1, 10.77.1.5 }')
  })

  test('external IPs are served by nobody: they may be addresses of someone else', () => {
    const { full } = planRuleset(webTable(['10.77.1.1'], { externalIPs: ['203.0.113.5'] }), options)
    expect(full).toBe(planRuleset(webTable(['10.77.1.1']), options).full)
  })

  describe('hints', () => {
    const clientsByNode = new Map([
      ['n1', ['10.77.1.5']],
      ['n2', ['10.77.1.6']],
      ['n3', ['10.77.1.7']],
    ])
    const zoneOf = (node: string) => (node === 'n3' ? 'b' : 'a')
    const to = (address: string) => `meta l4proto tcp dnat to ${address}:8080`
    const all = 'meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.77.1.1 . 8080, 1 : 10.77.1.2 . 8080 }'
    const names = (...list: string[]) => list.map((name) => ({ name }))
    const hinted = (...hints: EndpointHints[]) => {
      const own = hints.map((each, index) => ({ ip: `10.77.1.${index + 1}`, hints: each }))
      return planRuleset(buildServiceTable([service('web', IP)], [endpoints('web', own)]), {
        ...options,
        clientsByNode,
        zoneOf,
      }).full
    }

    test('for nodes: clients of a node that backends are meant for reach these, others all', () => {
      const full = hinted({ forNodes: names('n1') }, { forNodes: names('n4') })
      expect(chain(full, 'service/default/web/tcp/80')).toEqual([
        'ip saddr @node/n1 goto local/n1/default/web/tcp/80',
        all,
      ])
      expect(chain(full, 'local/n1/default/web/tcp/80')).toEqual([to('10.77.1.1')])
    })

    test('for zones: clients of all nodes in a zone share its backends', () => {
      const full = hinted({ forZones: names('a') }, { forZones: names('c') })
      expect(chain(full, 'service/default/web/tcp/80')).toEqual([
        'ip saddr @node/n1 goto zone/a/default/web/tcp/80',
        'ip saddr @node/n2 goto zone/a/default/web/tcp/80',
        all,
      ])
      expect(chain(full, 'zone/a/default/web/tcp/80')).toEqual([to('10.77.1.1')])
    })

    test('for nodes and zones: the node comes first', () => {
      const full = hinted(
        { forNodes: names('n1'), forZones: names('a') },
        { forNodes: names('n4'), forZones: names('a', 'b') },
      )
      expect(chain(full, 'service/default/web/tcp/80')).toEqual([
        'ip saddr @node/n1 goto local/n1/default/web/tcp/80',
        'ip saddr @node/n2 goto zone/a/default/web/tcp/80',
        'ip saddr @node/n3 goto zone/b/default/web/tcp/80',
        all,
      ])
      expect(chain(full, 'zone/a/default/web/tcp/80')).toEqual([all])
    })

    test('that some ready endpoint lacks count for nobody', () => {
      expect(chain(hinted({ forZones: names('a') }, {}), 'service/default/web/tcp/80')).toEqual([all])
    })
  })

  describe('externalTrafficPolicy Local', () => {
    const nodeIP = (node: string) =>
      new Map([
        ['n1', '10.77.127.1'],
        ['n2', '10.77.127.2'],
      ]).get(node)
    const local = (extra: object, ...own: EndpointSpec[]) =>
      planRuleset(
        buildServiceTable(
          [
            service('web', IP, {
              type: 'NodePort',
              externalTrafficPolicy: 'Local',
              ports: [{ port: 80, nodePort: 30080 }] as never,
              ...extra,
            }),
          ],
          [endpoints('web', own)],
        ),
        { ...options, nodeIP },
      )
    const ending = { ready: false, serving: true, terminating: true }

    test('what enters by a node reaches its backends, or none; pods and nodes reach all', () => {
      const { full } = local(
        {},
        { ip: '10.77.1.1', node: 'n1' },
        { ip: '10.77.1.2', node: 'n1' },
        { ip: '10.77.1.3', node: 'n2', conditions: { ready: false } },
        { ip: '10.77.1.4', node: 'gone' },
      )
      expect(full).toContain('elements = { tcp . 30080 : goto external/default/web/tcp/80 }')
      expect(full).toContain(`elements = { ${IP} . tcp . 80 : goto service/default/web/tcp/80 }`)
      expect(chain(full, 'external/default/web/tcp/80')).toEqual([
        'ip saddr 10.77.0.0/17 ip saddr != 10.77.0.0/24 goto service/default/web/tcp/80',
        'ip daddr 10.77.127.1 goto external/n1/default/web/tcp/80',
      ])
      expect(chain(full, 'external/n1/default/web/tcp/80')).toEqual([
        'meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.77.1.1 . 8080, 1 : 10.77.1.2 . 8080 }',
      ])
    })

    test('the last pods of a node serve on while they end, also with affinity', () => {
      const { full, sets } = local(
        { sessionAffinity: 'ClientIP' },
        { ip: '10.77.1.1', node: 'n1', conditions: ending },
        { ip: '10.77.1.2', node: 'n2' },
      )
      expect(chain(full, 'external/default/web/tcp/80')).toContain(
        'ip daddr 10.77.127.1 goto external/n1/default/web/tcp/80',
      )
      expect(sets).toContain('client/default/web/tcp/80/10.77.1.1_8080')
    })
  })

  test('where pods cannot route replies back, every source is replaced', () => {
    const { full } = planRuleset(webTable(['10.77.1.1']), { ...options, replyRouting: false })
    expect(chain(full, 'postrouting')).toEqual([
      'type nat hook postrouting priority srcnat',
      'ct status & dnat == 0 return',
      'masquerade',
    ])
  })
})

describe('planRulesetUpdate', () => {
  const update = (before: string[], after: string[], extra: object = {}) =>
    planRulesetUpdate(
      planRuleset(webTable(before, extra), options),
      planRuleset(webTable(after, extra), options),
    ).split('\n')

  test('clears the lookups and what no Service needs any more, then lays the table down again', () => {
    const lines = update(['10.77.1.1'], [])
    expect(lines.slice(0, 6)).toEqual([
      'flush table ip slipway',
      'flush map ip slipway services',
      'flush map ip slipway nodeports',
      'flush set ip slipway hairpin',
      'delete chain ip slipway service/default/web/tcp/80',
      'table ip slipway {',
    ])
    expect(lines).not.toContain('delete table ip slipway')
  })

  test('keeps the clients of the backends that stay', () => {
    const lines = update(['10.77.1.1', '10.77.1.2'], ['10.77.1.2'], { sessionAffinity: 'ClientIP' })
    expect(lines.filter((line) => line.startsWith('delete'))).toEqual([
      'delete chain ip slipway client/default/web/tcp/80/10.77.1.1_8080',
      'delete set ip slipway client/default/web/tcp/80/10.77.1.1_8080',
    ])
  })
})

describe('planStaleFlows', () => {
  const dns = (addresses: string[]) =>
    buildServiceTable(
      [service('dns', IP, spec({ type: 'NodePort', ports: [{ port: 53, nodePort: 30053, protocol: 'UDP' }] }))],
      [endpoints('dns', addresses, [{ port: 53, protocol: 'UDP' }])],
    )

  test('forgets UDP flows to backends that are gone', () => {
    expect(planStaleFlows(dns(['10.77.1.1', '10.77.1.2']), dns(['10.77.1.2']))).toEqual([
      '-D -p udp --orig-dst 10.77.128.20 --orig-port-dst 53 --dst-nat 10.77.1.1',
      '-D -p udp --orig-port-dst 30053 --dst-nat 10.77.1.1',
    ])
  })

  test('leaves what stays, and TCP, alone', () => {
    expect(planStaleFlows(dns(['10.77.1.1']), dns(['10.77.1.1', '10.77.1.2']))).toEqual([])
    expect(planStaleFlows(webTable(['10.77.1.1']), webTable([]))).toEqual([])
  })
})
