import { expect, test } from 'vitest'
import type { DaemonSet } from '../../../../shared/api/types/apps-v1.ts'
import type { Pod, PodSpec } from '../../../../shared/api/types/core-v1.ts'
import type { PodDisruptionBudget } from '../../../../shared/api/types/policy-v1.ts'
import { aNode, aPod } from '../../../../test/support/scheduling-builders.ts'
import { judgeNode, type Verdict } from './plan-scale-down.ts'
import { pendingPods, planScaleUp } from './plan-scale-up.ts'
import type { NodeGroup, SimulatedPlacement, SimulatePlacement } from './scalable-nodes.ts'

/** First fit by cpu alone: what the rules of the scheduler say is its own matter. */
const simulate: SimulatePlacement = ({ nodes, pods }, asked) => {
  const milli = (quantity = '0') => (quantity.endsWith('m') ? Number.parseInt(quantity, 10) : Number(quantity) * 1000)
  const cpuOf = ({ spec }: Pod) => milli(spec?.containers[0]?.resources?.requests?.cpu)
  const free = new Map(nodes.map(({ metadata, status }) => [metadata.name ?? '', milli(status?.allocatable?.cpu)]))
  for (const pod of pods) {
    const node = pod.spec?.nodeName ?? ''
    free.set(node, (free.get(node) ?? 0) - cpuOf(pod))
  }
  return new Map(
    asked.map((pod): [string, SimulatedPlacement] => {
      const [node] = [...free].find(([, left]) => left >= cpuOf(pod)) ?? []
      if (node === undefined) return [pod.metadata.uid ?? '', { node: undefined, reasons: '1 Insufficient cpu' }]
      free.set(node, (free.get(node) ?? 0) - cpuOf(pod))
      return [pod.metadata.uid ?? '', { node }]
    }),
  )
}

const group: NodeGroup = {
  name: 'dev',
  size: 1,
  max: 5,
  min: 0,
  room: 10,
  added: [],
  template: aNode('next').cpu('1').build(),
}
const pods = (count: number, cpu: string) =>
  Array.from({ length: count }, (_, index) =>
    aPod(`p${index + 1}`)
      .requests({ cpu })
      .build(),
  )

function scaleUp(
  pending: readonly Pod[],
  more: Partial<NodeGroup> = {},
  daemonSets: readonly DaemonSet[] = [],
): string {
  const full = aPod('full').requests({ cpu: '800m' }).on('dev-1').build()
  const placed = { nodes: [aNode('dev-1').cpu('1').build()], pods: [full] }
  const plan = planScaleUp({ placed, pending, daemonSets, group: { ...group, ...more }, simulate })
  const names = plan.helped.map(({ metadata }) => metadata.name).join(' ')
  const refused = plan.unhelped.map(({ pod, reason }) => `${pod.metadata.name}: ${reason}`).join('; ')
  return `+${plan.add}${names && ` for ${names}`}${refused && ` but ${refused}`}`
}

test('as few nodes come as give all waiting pods room, within the limits of the group and the machine', () => {
  expect(scaleUp([])).toBe('+0')
  expect(scaleUp(pods(1, '200m'))).toBe('+0')
  expect(scaleUp(pods(4, '500m'))).toBe('+2 for p1 p2 p3 p4')
  expect(scaleUp(pods(9, '1'))).toBe('+4 for p1 p2 p3 p4')
  expect(scaleUp(pods(9, '1'), { room: 2 })).toBe('+2 for p1 p2')
})

test('pods that no new node helps are told why', () => {
  expect(scaleUp(pods(1, '3'))).toBe('+0 but p1: 1 Insufficient cpu')
  expect(scaleUp(pods(1, '1'), { max: 1 })).toBe('+0 but p1: 1 max node group size reached')
  expect(scaleUp(pods(1, '1'), { room: 0 })).toBe('+0 but p1: 1 max cluster cpu, memory limit reached')
  const mixed = [...pods(1, '1'), aPod('huge').requests({ cpu: '9' }).build()]
  expect(scaleUp(mixed)).toBe('+1 for p1')
})

test('the room that daemons take on a new node is not for others', () => {
  const spec: PodSpec = { containers: [{ name: 'agent', image: 'a', resources: { requests: { cpu: '300m' } } }] }
  const daemon: DaemonSet = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default', uid: 'd' },
    spec: { selector: {}, template: { spec } },
  }
  expect(scaleUp(pods(2, '500m'))).toBe('+1 for p1 p2')
  expect(scaleUp(pods(2, '500m'), {}, [daemon])).toBe('+2 for p1 p2')
})

test('only pods that the scheduler gave up on count', () => {
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }]
  const pod = (name: string, more: Partial<Pod>, spec: Partial<PodSpec> = {}): Pod => {
    const built = aPod(name).spec(spec).build()
    return { ...built, ...more, metadata: { ...built.metadata, ...more.metadata } }
  }
  const daemonSet = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', uid: 'd', controller: true }
  const all = [
    pod('waiting', { status: { conditions } }),
    pod('new', {}),
    pod('gated', {
      status: { conditions: [{ ...conditions[0], type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
    }),
    pod('preempting', { status: { conditions, nominatedNodeName: 'n' } }),
    pod('unimportant', { status: { conditions } }, { priority: -11 }),
    pod('daemon', { status: { conditions }, metadata: { ownerReferences: [daemonSet] } }),
    pod('going', { status: { conditions }, metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }),
  ]
  expect(pendingPods(all).map(({ metadata }) => metadata.name)).toEqual(['waiting'])
})

const SAFE = 'cluster-autoscaler.kubernetes.io/safe-to-evict'
const OWNER = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'r', controller: true }
const ready = { conditions: [{ type: 'Ready', status: 'True' }] }

interface Case {
  readonly cpu?: string
  readonly annotations?: Record<string, string>
  readonly node?: Record<string, string>
  readonly namespace?: string
  readonly spec?: Partial<PodSpec>
  readonly owned?: boolean
  readonly budgets?: PodDisruptionBudget[]
  readonly elsewhere?: string
}

function judge(given: Case | undefined): string {
  const node = aNode('new').cpu('1').build()
  const built = aPod('web')
    .requests({ cpu: given?.cpu ?? '100m' })
    .spec(given?.spec ?? {})
    .label('app', 'web')
    .on('new')
    .build()
  const pod: Pod = {
    ...built,
    metadata: {
      ...built.metadata,
      namespace: given?.namespace ?? 'default',
      annotations: given?.annotations,
      ownerReferences: given?.owned === false ? [] : [OWNER],
    } as Pod['metadata'],
  }
  const candidate = {
    ...node,
    metadata: { ...node.metadata, annotations: given?.node ?? {} },
    status: { ...node.status, ...ready },
  }
  const other = aNode('old')
    .cpu(given?.elsewhere ?? '1')
    .build()
  const placed = { nodes: [other, candidate], pods: given === undefined ? [] : [pod] }
  const verdict: Verdict = judgeNode(candidate, { placed, budgets: given?.budgets ?? [], simulate })
  return verdict.needed ?? `goes, moving ${verdict.move.map(({ metadata }) => metadata.name).join() || 'nothing'}`
}

const budget = (disruptionsAllowed: number): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'b', namespace: 'default' },
  spec: { selector: { matchLabels: { app: 'web' } } },
  status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
})
const volumes = [{ name: 'cache', emptyDir: {} }]

test.each<[string, Case | undefined, string]>([
  ['nothing on it', undefined, 'goes, moving nothing'],
  ['pods that fit elsewhere', {}, 'goes, moving web'],
  ['no room elsewhere', { elsewhere: '50m' }, 'default/web fits nowhere else'],
  ['well used', { cpu: '500m' }, '50 % of it is in use'],
  [
    'annotated node',
    { node: { 'cluster-autoscaler.kubernetes.io/scale-down-disabled': 'true' } },
    'scale down is disabled for it',
  ],
  ['annotated pod', { annotations: { [SAFE]: 'false' } }, 'default/web is not safe to evict'],
  ['a pod alone', { owned: false }, 'default/web has no controller'],
  ['a pod alone that may go', { owned: false, annotations: { [SAFE]: 'true' } }, 'goes, moving web'],
  ['local storage', { spec: { volumes } }, 'default/web has local storage (cache)'],
  ['in memory', { spec: { volumes: [{ name: 'cache', emptyDir: { medium: 'Memory' } }] } }, 'goes, moving web'],
  [
    'expendable local storage',
    { spec: { volumes }, annotations: { [`${SAFE}-local-volumes`]: 'cache' } },
    'goes, moving web',
  ],
  ['a budget', { budgets: [budget(0)] }, 'default/web is protected by a PodDisruptionBudget'],
  ['a budget with room', { budgets: [budget(1)] }, 'goes, moving web'],
  ['system', { namespace: 'kube-system' }, 'kube-system/web belongs to the system and has no PodDisruptionBudget'],
])('a node with %s', (_, given, verdict) => {
  expect(judge(given)).toBe(verdict)
})
