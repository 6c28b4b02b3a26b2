import { expect, test } from 'vitest'
import type { Namespace, Pod } from '../../../../shared/api/types/core-v1.ts'
import type { NetworkPolicy, NetworkPolicySpec } from '../../../../shared/api/types/networking-v1.ts'
import { planPolicies } from './plan-policies.ts'
import { policyPods } from './policy-pods.ts'
import { podRulesText } from './rule-text.ts'

/** "namespace/name" is the uid, and the name the label `app`. */
const addresses: Record<string, string> = {
  'shop/web': '10.77.1.1',
  'shop/api': '10.77.1.2',
  'shop/db': '10.77.1.3',
  'ops/probe': '10.77.1.4',
  'ops/web': '10.77.1.5',
}

function pod(key: string, more: { spec?: object; status?: object } = {}): Pod {
  const [namespace = '', name = ''] = key.split('/')
  const ports = [
    { name: 'http', containerPort: name === 'web' ? 8080 : 9000, protocol: 'TCP' },
    { name: 'dns', containerPort: 53, protocol: 'UDP' },
  ]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, uid: key, labels: { app: name } },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'i', ports }], ...more.spec },
    status: { phase: 'Running', ...more.status },
  } as Pod
}

const pods = Object.keys(addresses).map((key) => pod(key))
const namespaces = ['shop', 'ops'].map(
  (name): Namespace => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { team: name } } }),
)
const app = (name: string) => ({ matchLabels: { app: name } })

function policy(spec: NetworkPolicySpec, namespace = 'shop'): NetworkPolicy {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'p', namespace }, spec }
}

/** By pod: the text of its rules, line by line. */
function planned(policies: readonly NetworkPolicy[], all: readonly Pod[] = pods): Record<string, string[]> {
  const addressOf = ({ metadata }: Pod) => addresses[metadata.uid ?? '']
  const seen = policyPods(all, { addressOf, nodeIP: () => 'node' })
  const plan = planPolicies({ policies, pods: seen, namespaces })
  return Object.fromEntries([...plan].map(([uid, rules]) => [uid, podRulesText(rules).split('\n')]))
}

const ingress = (rule: NonNullable<NetworkPolicySpec['ingress']>[number], selected = 'db') =>
  planned([policy({ podSelector: app(selected), ingress: [rule] })])[`shop/${selected}`]
const egress = (rule: NonNullable<NetworkPolicySpec['egress']>[number]) =>
  planned([policy({ podSelector: app('db'), policyTypes: ['Egress'], egress: [rule] })])['shop/db']

test('an empty selector selects every pod of its namespace, and a policy without rules denies', () => {
  expect(planned([policy({ podSelector: {} })])).toEqual({
    'shop/web': ['ingress of node'],
    'shop/api': ['ingress of node'],
    'shop/db': ['ingress of node'],
  })
})

test.each([
  ['without rules', {}, ['ingress of node']],
  ['with egress rules', { egress: [{}] }, ['ingress of node', 'egress of node', 'accept']],
  ['with an empty list of egress rules', { egress: [] }, ['ingress of node']],
  ['that says Egress', { policyTypes: ['Egress'], ingress: [{}] }, ['egress of node']],
  ['that says both', { policyTypes: ['Ingress', 'Egress'] }, ['ingress of node', 'egress of node']],
] as const)('a policy %s isolates in the directions of its types', (_, spec, expected) => {
  const written = { podSelector: app('db'), ...spec } as unknown as NetworkPolicySpec
  expect(planned([policy(written)])).toEqual({ 'shop/db': expected })
})

test('no peers and an empty list of peers are everyone; so with ports', () => {
  expect(ingress({})).toEqual(['ingress of node', 'accept'])
  expect(ingress({ from: [], ports: [] })).toEqual(['ingress of node', 'accept'])
  expect(ingress({ ports: [{ port: 80 }] })).toEqual(['ingress of node', 'tcp dport 80 accept'])
})

test.each([
  ['pods of its own namespace', { podSelector: app('web') }, '10.77.1.1'],
  ['every pod of its own namespace', { podSelector: {} }, '10.77.1.1, 10.77.1.2, 10.77.1.3'],
  ['all pods of other namespaces', { namespaceSelector: { matchLabels: { team: 'ops' } } }, '10.77.1.4, 10.77.1.5'],
  ['pods in every namespace', { namespaceSelector: {}, podSelector: app('web') }, '10.77.1.1, 10.77.1.5'],
  [
    'pods by expressions',
    { podSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web', 'db'] }] } },
    '10.77.1.2',
  ],
])('a peer is %s', (_, peer, expected) => {
  expect(ingress({ from: [peer] })).toEqual(['ingress of node', `ip saddr { ${expected} } accept`])
})

test('a peer that selects nobody allows nobody', () => {
  expect(ingress({ from: [{ podSelector: app('nobody') }] })).toEqual(['ingress of node'])
})

test('a block of addresses with exceptions; one of IPv6 is nobody', () => {
  const ipBlock = { cidr: '172.17.9.9/16', except: ['172.17.1.0/24', '172.17.2.0/24'] }
  expect(egress({ to: [{ ipBlock }, { ipBlock: { cidr: '2001:db8::/64' } }], ports: [{ port: 5978 }] })).toEqual([
    'egress of node',
    'ip daddr 172.17.0.0/16 ip daddr != 172.17.1.0/24 ip daddr != 172.17.2.0/24 tcp dport 5978 accept',
  ])
})

test('ports: protocols, ranges, and a protocol without a port', () => {
  const ports = [{ protocol: 'UDP', port: 53 }, { port: 32000, endPort: 32768 }, { protocol: 'SCTP' }]
  expect(egress({ ports })).toEqual([
    'egress of node',
    'udp dport 53 accept',
    'tcp dport 32000-32768 accept',
    'meta l4proto sctp accept',
  ])
})

test('a named port of ingress is the selected pod’s own, by its protocol; one that it lacks allows nothing', () => {
  const ports = [{ port: 'http' }, { port: 'dns' }, { protocol: 'UDP', port: 'dns' }, { port: 'none' }]
  expect(ingress({ ports }, 'web')).toEqual(['ingress of node', 'tcp dport 8080 accept', 'udp dport 53 accept'])
  expect(ingress({ ports }, 'db')).toEqual(['ingress of node', 'tcp dport 9000 accept', 'udp dport 53 accept'])
})

test('a named port of egress is that of each peer', () => {
  const expected = [
    'egress of node',
    'ip daddr { 10.77.1.1 } tcp dport 8080 accept',
    'ip daddr { 10.77.1.2, 10.77.1.3 } tcp dport 9000 accept',
  ]
  expect(egress({ to: [{ podSelector: {} }], ports: [{ port: 'http' }] })).toEqual(expected)
  const ipBlock = { cidr: '10.77.1.0/29', except: ['10.77.1.4/31'] }
  expect(egress({ to: [{ ipBlock }], ports: [{ port: 'http' }] })).toEqual(expected)
})

test('what several policies allow is allowed, said once', () => {
  const rule = { from: [{ podSelector: app('api') }] }
  const db = { podSelector: app('db') }
  const policies = [
    policy({ ...db, ingress: [rule] }),
    policy({ ...db, ingress: [rule, { ports: [{ port: 1 }] }] }),
    policy({ ...db, policyTypes: ['Egress'] }),
    policy({ podSelector: {}, ingress: [{}] }, 'ops'),
  ]
  expect(planned(policies)['shop/db']).toEqual([
    'ingress of node',
    'ip saddr { 10.77.1.2 } accept',
    'tcp dport 1 accept',
    'egress of node',
  ])
})

test('pods on their node’s network, ended ones and those without a node are neither selected nor peers', () => {
  const others = [
    pod('shop/web', { spec: { hostNetwork: true } }),
    pod('shop/api', { status: { phase: 'Succeeded' } }),
    pod('shop/new', { spec: { nodeName: undefined } }),
    pod('shop/db'),
  ]
  expect(planned([policy({ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] })], others)).toEqual({
    'shop/db': ['ingress of node', 'ip saddr { 10.77.1.3 } accept'],
  })
})

test('a pod is selected before it has an address, and is nobody’s peer until then', () => {
  const plan = planned(
    [policy({ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] })],
    [pod('shop/starting'), pod('shop/db')],
  )
  expect(plan['shop/starting']).toEqual(['ingress of node', 'ip saddr { 10.77.1.3 } accept'])
})
