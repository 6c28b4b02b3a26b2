import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aNode, aPod } from '../../../test/support/scheduling-builders.ts'
import { ClusterState } from './cluster-state.ts'

const ZONE = 'topology.kubernetes.io/zone'
const web = { namespace: 'default', selector: { matchLabels: { app: 'web' } }, topologyKey: ZONE, leaving: true }
const zoned = (node: string, zone: string) => aNode(node).label(ZONE, zone).build()
const affinity = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: ZONE, labelSelector: web.selector }],
  },
}
const podOn = (name: string, app: string, node: string) =>
  aPod(name).label('app', app).spec({ affinity, nodeName: node }).build()

const step = fc.oneof(
  fc.record({ do: fc.constant('pod' as const), pod: fc.nat(5), app: fc.constantFrom('web', 'db'), node: fc.nat(3) }),
  fc.record({ do: fc.constant('gone' as const), pod: fc.nat(5) }),
  fc.record({ do: fc.constant('node' as const), node: fc.nat(3), zone: fc.constantFrom('x', 'y') }),
  fc.record({ do: fc.constant('lost' as const), node: fc.nat(3) }),
)

test('what is counted as pods and nodes come, move and go is what a new count finds', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const kept = new ClusterState()
      kept.podCounts.of(web)
      const pods = new Map<number, ReturnType<typeof podOn>>()
      const nodes = new Map<number, ReturnType<typeof zoned>>()
      for (const one of steps) {
        if (one.do === 'pod') pods.set(one.pod, podOn(`p${one.pod}`, one.app, `n${one.node}`))
        else if (one.do === 'gone') pods.delete(one.pod)
        else if (one.do === 'node') nodes.set(one.node, zoned(`n${one.node}`, one.zone))
        else nodes.delete(one.node)
        if (one.do === 'pod') kept.setPod(pods.get(one.pod) as never)
        else if (one.do === 'gone') kept.removePod(`uid-p${one.pod}`)
        else if (one.do === 'node') kept.setNode(nodes.get(one.node) as never)
        else kept.removeNode(`n${one.node}`)
      }
      const anew = new ClusterState()
      for (const node of nodes.values()) anew.setNode(node)
      for (const pod of pods.values()) anew.setPod(pod)
      expect(summary(kept)).toEqual(summary(anew))
    }),
    { numRuns: 200 },
  )
})

function summary(state: ClusterState) {
  const sorted = (counts: ReadonlyMap<string, number>) => [...counts].sort()
  const terms = [...state.affinityTerms.groups].map(({ counts }) => sorted(counts))
  const requested = state.nodes.map(({ name, pods }) => `${name} ${[...pods.keys()].sort()}`).sort()
  return { counts: sorted(state.podCounts.of(web)), domains: sorted(state.domains(ZONE)), terms, requested }
}

test('who is leaving is counted or not, as asked', () => {
  const state = new ClusterState()
  state.setNode(zoned('n1', 'x'))
  const pod = podOn('p', 'web', 'n1')
  state.setPod({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } })
  expect([...state.podCounts.of(web)]).toEqual([['x', 1]])
  expect([...state.podCounts.of({ ...web, leaving: false })]).toEqual([])
})
