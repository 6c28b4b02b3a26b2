import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Pod } from '../../../shared/api/types/core-v1.ts'
import { aNode, aPod } from '../../../test/support/scheduling-builders.ts'
import { ClusterState } from './cluster-state.ts'
import { NodeMemory } from './node-memory.ts'
import type { Rejection } from './node-trial.ts'
import { defaultPlugins } from './plugins/default-plugins.ts'
import { podInfo } from './pod-info.ts'
import { type NodeOutcome, planPreemption } from './preemption.ts'
import { schedulePod } from './schedule-pod.ts'

const NODES = ['n0', 'n1']
const near = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'shy' } } }
const apart = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near] } }

/** Pods 0 to 11, of few kinds, so that many ask the same. */
function podOf(n: number): Pod {
  const isShy = n === 11
  return aPod(`p${n}`)
    .label('app', isShy ? 'shy' : 'bold')
    .requests({ cpu: n % 2 === 0 ? '1' : '2' })
    .spec({ priority: n % 3 === 0 ? 0 : 10, ...(isShy ? { affinity: apart } : {}) })
    .build()
}

const steps = fc.array(
  fc.record({
    do: fc.constantFrom('place', 'remove', 'wait', 'wait no more', 'cordon', 'uncordon', 'remove node', 'only try'),
    pod: fc.nat(11),
    node: fc.constantFrom(...NODES),
  }),
  { minLength: 20, maxLength: 60 },
)

test('what is remembered of nodes is what looking again would find, whatever happened meanwhile', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const cluster = new ClusterState()
      const verdicts = new NodeMemory<Rejection | undefined>()
      const victims = new NodeMemory<NodeOutcome>()
      const carryOut = {
        place: (pod: number, node: string) => {
          cluster.nominations.drop(`uid-p${pod}`)
          cluster.assume(podOf(pod), node)
        },
        remove: (pod: number) => cluster.removePod(`uid-p${pod}`),
        wait: (pod: number, node: string) => {
          cluster.removePod(`uid-p${pod}`)
          cluster.nominations.set(podInfo(podOf(pod)), node)
        },
        'wait no more': (pod: number) => cluster.nominations.drop(`uid-p${pod}`),
        cordon: (_: number, node: string) => cluster.setNode(aNode(node).cpu('3').cordoned().build()),
        uncordon: (_: number, node: string) => cluster.setNode(aNode(node).cpu('3').build()),
        'remove node': (_: number, node: string) => cluster.removeNode(node),
        'only try': () => undefined,
      }
      for (const name of NODES) carryOut.uncordon(0, name)
      for (const step of sequence) {
        carryOut[step.do as keyof typeof carryOut](step.pod, step.node)
        for (const n of [step.pod, 4, 5]) {
          if (cluster.isPlaced(`uid-p${n}`)) continue
          const search = { pod: podInfo(podOf(n)), cluster, startIndex: 0, random: () => 0 }
          const found = schedulePod(defaultPlugins, { ...search, memory: verdicts })
          expect(found).toEqual(schedulePod(defaultPlugins, search))
          const inputs = { ...search, nodes: cluster.nodes, budgets: [] }
          const plan = planPreemption(defaultPlugins, { ...inputs, memory: victims })
          expect(plan).toEqual(planPreemption(defaultPlugins, inputs))
        }
      }
    }),
  )
})
