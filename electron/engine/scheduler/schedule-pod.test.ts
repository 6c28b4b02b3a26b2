import { describe, expect, test } from 'vitest'
import type { Node, Pod } from '../../../shared/api/types/core-v1.ts'
import { aNode, aPod } from '../../../test/support/scheduling-builders.ts'
import { ClusterState } from './cluster-state.ts'
import { defaultPlugins } from './plugins/default-plugins.ts'
import { podInfo } from './pod-info.ts'
import { planPreemption } from './preemption.ts'
import { feasibleNodesWanted, schedulePod } from './schedule-pod.ts'

interface Builder<T> {
  build(): T
}

/** "on NODE", or the message of the FailedScheduling event. */
function verdict(pod: Builder<Pod>, nodes: readonly Builder<Node>[], existing: readonly Builder<Pod>[] = []): string {
  const state = new ClusterState()
  for (const node of nodes) state.setNode(node.build())
  for (const other of existing) state.setPod(other.build())
  const result = schedulePod(defaultPlugins, {
    pod: podInfo(pod.build()),
    cluster: state,
    startIndex: 0,
    random: () => 0.9,
  })
  if (result.fits) return `on ${result.node.name}`
  if (nodes.length === 0) return result.message
  const inputs = { pod: podInfo(pod.build()), cluster: state, nodes: result.preemptible, budgets: [], random: () => 0 }
  const plan = planPreemption(defaultPlugins, inputs)
  return `${result.message} preemption: ${plan.node === undefined ? plan.message : 'possible'}`
}

describe('a pod goes', () => {
  test('to the node with the most room', () => {
    const busy = aPod('busy').requests({ cpu: '2', memory: '4Gi' }).on('a')
    expect(verdict(aPod('web').requests({ cpu: '100m', memory: '100Mi' }), [aNode('a'), aNode('b')], [busy])).toBe(
      'on b',
    )
  })

  test('where its nodeSelector and required affinity allow it', () => {
    const nodes = [aNode('a').label('disk', 'hdd'), aNode('b').label('disk', 'ssd')]
    expect(verdict(aPod('web').selects({ disk: 'ssd' }), nodes)).toBe('on b')
    const affinity = (operator: string, values: string[]) =>
      aPod('web').spec({
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator, values }] }],
            },
          },
        },
      })
    expect(verdict(affinity('In', ['ssd']), nodes)).toBe('on b')
    expect(verdict(affinity('NotIn', ['ssd']), nodes)).toBe('on a')
  })

  test('where it would rather be, when both nodes would do', () => {
    const preference = { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }
    const pod = aPod('web').spec({
      affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference }] } },
    })
    expect(verdict(pod, [aNode('a'), aNode('b').label('disk', 'ssd')])).toBe('on b')
  })

  test('onto a tainted or cordoned node only when it tolerates that', () => {
    const nodes = [aNode('a').taint('dedicated', 'NoSchedule', 'db')]
    expect(
      verdict(aPod('db').tolerates({ key: 'dedicated', operator: 'Equal', value: 'db', effect: 'NoSchedule' }), nodes),
    ).toBe('on a')
    expect(verdict(aPod('any').tolerates({ operator: 'Exists' }), nodes)).toBe('on a')
    expect(verdict(aPod('agent').tolerates({ operator: 'Exists' }), [aNode('a').cordoned()])).toBe('on a')
  })

  test('away from nodes it would be tolerated on but not wanted', () => {
    expect(verdict(aPod('web'), [aNode('a').taint('old', 'PreferNoSchedule'), aNode('b')])).toBe('on b')
  })
})

describe('a pod that fits nowhere is told so in Kubernetes’ words', () => {
  const preemption = (text: string) => ` preemption: ${text}`
  test.each([
    {
      why: 'not enough of several resources',
      pod: aPod('big').requests({ cpu: '3', memory: '7Gi' }),
      nodes: [aNode('a'), aNode('b').memory('7500Mi')],
      existing: [aPod('x').requests({ cpu: '2', memory: '4Gi' }).on('a'), aPod('y').requests({ cpu: '2' }).on('b')],
      message: `0/2 nodes are available: 1 Insufficient memory, 2 Insufficient cpu.${preemption('0/2 nodes are available: 2 No preemption victims found for incoming pod.')}`,
    },
    {
      why: 'a node too small for it, a cordoned one and a tainted one',
      pod: aPod('big').requests({ cpu: '100' }),
      nodes: [aNode('a'), aNode('b').cordoned(), aNode('c').taint('gone', 'NoExecute')],
      existing: [],
      message: `0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.${preemption('0/3 nodes are available: 3 Preemption is not helpful for scheduling.')}`,
    },
    {
      why: 'a selector that matches no node',
      pod: aPod('web').selects({ disk: 'ssd' }),
      nodes: [aNode('a')],
      existing: [],
      message: `0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.${preemption('0/1 nodes are available: 1 Preemption is not helpful for scheduling.')}`,
    },
    {
      why: 'a host port in use, whatever the address',
      pod: aPod('web').spec({ containers: [{ name: 'main', ports: [{ containerPort: 80, hostPort: 8080 }] }] }),
      nodes: [aNode('a')],
      existing: [
        aPod('x')
          .on('a')
          .spec({
            containers: [{ name: 'main', ports: [{ containerPort: 80, hostPort: 8080, hostIP: '127.0.0.1' }] }],
          }),
      ],
      message: `0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.${preemption('0/1 nodes are available: 1 No preemption victims found for incoming pod.')}`,
    },
    {
      why: 'lesser pods whose going would not do',
      pod: aPod('web').requests({ cpu: '4' }).spec({ priority: 10 }),
      nodes: [aNode('a')],
      existing: [
        aPod('x').on('a').requests({ cpu: '1' }),
        aPod('y').on('a').requests({ cpu: '1' }).spec({ priority: 10 }),
      ],
      message: `0/1 nodes are available: 1 Insufficient cpu.${preemption('0/1 nodes are available: 1 Insufficient cpu.')}`,
    },
    { why: 'no nodes', pod: aPod('web'), nodes: [], existing: [], message: 'no nodes available to schedule pods' },
    {
      why: 'a full node',
      pod: aPod('web'),
      nodes: [aNode('a').allocatable('pods', '1')],
      existing: [aPod('x').on('a')],
      message: `0/1 nodes are available: 1 Too many pods.${preemption('0/1 nodes are available: 1 No preemption victims found for incoming pod.')}`,
    },
  ])('$why', ({ pod, nodes, existing, message }) => {
    expect(verdict(pod, nodes, existing)).toBe(message)
  })
})

test('large clusters are searched in part, small ones whole', () => {
  expect([50, 99, 1000, 5000, 10_000].map((nodes) => feasibleNodesWanted(nodes))).toEqual([50, 99, 420, 500, 500])
  expect([50, 1000, 5000].map((nodes) => feasibleNodesWanted(nodes, 2))).toEqual([50, 100, 100])
})
