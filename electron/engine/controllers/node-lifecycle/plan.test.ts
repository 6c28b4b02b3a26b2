import { expect, test } from 'vitest'
import type { Node, Taint } from '../../../../shared/api/types/core-v1.ts'
import { mayStayMs } from './eviction-plan.ts'
import { changedTaints, disruptionOf, evictionRate, silentConditions } from './plan.ts'
import { Zones } from './zones.ts'

const NOW = Date.UTC(2026, 0, 1)

function node(ready: string | undefined, taints: Taint[] = [], more: Partial<Node['spec']> = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { taints, ...more },
    status: { conditions: ready === undefined ? [] : [{ type: 'Ready', status: ready }] },
  }
}

const read = (taints: readonly Taint[] | undefined) =>
  taints?.map(({ key, effect }) => `${key.split('/').at(-1)}:${effect}`)
const taint = (key: string, effect: string): Taint => ({ key: `node.kubernetes.io/${key}`, effect })
const OWN: Taint = { key: 'example.com/own', effect: 'NoExecute' }

test('taints follow the conditions and leave those of others alone', () => {
  expect(read(changedTaints(node('False', [OWN]), 'allowed', NOW))).toEqual([
    'own:NoExecute',
    'not-ready:NoSchedule',
    'not-ready:NoExecute',
  ])
  expect(read(changedTaints(node('Unknown'), 'later', NOW))).toEqual(['unreachable:NoSchedule'])
  const evicting = [taint('not-ready', 'NoSchedule'), taint('not-ready', 'NoExecute')]
  expect(read(changedTaints(node('Unknown', evicting), 'later', NOW))).toEqual([
    'unreachable:NoSchedule',
    'unreachable:NoExecute',
  ])
  expect(read(changedTaints(node('True', [...evicting, OWN]), 'later', NOW))).toEqual(['own:NoExecute'])
  expect(read(changedTaints(node('True', [], { unschedulable: true }), 'later', NOW))).toEqual([
    'unschedulable:NoSchedule',
  ])
})

test('a node that is as it should be, or has not reported yet, is not written', () => {
  expect(changedTaints(node('True', [OWN]), 'allowed', NOW)).toBeUndefined()
  expect(changedTaints(node(undefined), 'allowed', NOW)).toBeUndefined()
})

test('when all nodes fail, none is evicted from any more', () => {
  const evicting = [taint('unreachable', 'NoSchedule'), taint('unreachable', 'NoExecute')]
  expect(read(changedTaints(node('Unknown', evicting), 'never', NOW))).toEqual(['unreachable:NoSchedule'])
})

test('a zone is partially disrupted from three failing nodes that are 55 % of it', () => {
  const zone = (ready: number, failing: number) => ({ nodes: ready + failing, ready })
  expect(disruptionOf(zone(1, 2))).toBe('normal')
  expect(disruptionOf(zone(2, 3))).toBe('partial')
  expect(disruptionOf(zone(4, 3))).toBe('normal')
  expect(disruptionOf(zone(0, 1))).toBe('full')
})

test('zones are counted as their nodes come, fail, move and go', () => {
  const zones = new Zones()
  const put = (name: string, zone: string, ready: string) => {
    const labelled = { name, labels: { 'topology.kubernetes.io/zone': zone } }
    const counted = { ...node(ready), metadata: labelled }
    zones.put(counted)
    const { nodes, ready: readyNodes } = zones.of(counted)
    return `${readyNodes}/${nodes} ready${zones.someReady ? '' : ', none anywhere'}`
  }
  expect([put('1', 'a', 'True'), put('2', 'a', 'True'), put('3', 'b', 'Unknown')]).toEqual([
    '1/1 ready',
    '2/2 ready',
    '0/1 ready',
  ])
  expect([put('1', 'a', 'Unknown'), put('1', 'b', 'True'), put('2', 'a', 'True')]).toEqual([
    '1/2 ready',
    '1/2 ready',
    '1/1 ready',
  ])
  for (const name of ['1', '2', '2', 'never seen']) zones.remove(name)
  expect(put('3', 'b', 'False')).toBe('0/1 ready, none anywhere')
})

test('a zone that is partially disrupted is evicted from slowly when it is large, else not at all', () => {
  expect([evictionRate('normal', 5), evictionRate('full', 5)]).toEqual([0.1, 0.1])
  expect([evictionRate('partial', 50), evictionRate('partial', 51)]).toEqual([0, 0.01])
})

test('a silent node is told once', () => {
  const told = silentConditions(node('True'), NOW)
  expect(told.map(({ type, status, reason }) => `${type}=${status} ${reason}`)).toEqual([
    'Ready=Unknown NodeStatusUnknown',
    'MemoryPressure=Unknown NodeStatusNeverUpdated',
    'DiskPressure=Unknown NodeStatusNeverUpdated',
    'PIDPressure=Unknown NodeStatusNeverUpdated',
  ])
  const silent = { ...node('True'), status: { conditions: told } }
  expect(silentConditions(silent, NOW)).toBe(told)
})

test('a pod may stay as long as the shortest of the tolerations it needs', () => {
  const taints = [taint('not-ready', 'NoExecute')]
  const key = 'node.kubernetes.io/not-ready'
  expect(mayStayMs(taints, [])).toBe(0)
  expect(mayStayMs(taints, [{ operator: 'Exists' }])).toBe(Number.POSITIVE_INFINITY)
  expect(mayStayMs(taints, [{ operator: 'Exists' }, { key, operator: 'Exists', tolerationSeconds: 300 }])).toBe(300_000)
  expect(mayStayMs([...taints, OWN], [{ key, operator: 'Exists', tolerationSeconds: 300 }])).toBe(0)
})
