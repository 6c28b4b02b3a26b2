import { describe, expect, test } from 'vitest'
import type { Pod } from '../../../shared/api/types/core-v1.ts'
import { aNode, aPod } from '../../../test/support/scheduling-builders.ts'
import { ClusterState, NO_SURROUNDINGS } from '../scheduler/cluster-state.ts'
import { buildProfile } from '../scheduler/config/build-profile.ts'
import { podInfo } from '../scheduler/pod-info.ts'
import { schedulePod } from '../scheduler/schedule-pod.ts'
import { parseConfiguration } from './parse-configuration.ts'

const ZONE = 'topology.kubernetes.io/zone'
const HOST = 'kubernetes.io/hostname'
const HEAD = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' }
const withArgs = (name: string, args: object) => ({ pluginConfig: [{ name, args }] })

/** "on NODE", or why not, under a configuration with one profile. */
function placed(profile: object, pod: Pod, cluster: ClusterState): string {
  const [first] = parseConfiguration(JSON.stringify({ ...HEAD, profiles: [profile] })).profiles.map(buildProfile)
  const search = { pod: podInfo(pod), cluster, startIndex: 0, random: () => 0.9 }
  const result = schedulePod(first?.plugins ?? [], search)
  return result.fits ? `on ${result.node.name}` : result.message
}

function clusterOf(nodes: readonly ReturnType<typeof aNode>[], pods: readonly (readonly [Pod, string])[] = []) {
  const cluster = new ClusterState({ ...NO_SURROUNDINGS, workloadSelector: () => ({ matchLabels: { app: 'web' } }) })
  for (const node of nodes) cluster.setNode(node.build())
  for (const [pod, node] of pods) cluster.assume(pod, node)
  return cluster
}
describe('the configuration decides', () => {
  test('whether pods are packed or spread', () => {
    const there = aPod('there').requests({ cpu: '2', memory: '4Gi' }).build()
    const cluster = clusterOf([aNode('empty'), aNode('busy')], [[there, 'busy']])
    const pod = aPod('new').requests({ cpu: '1', memory: '1Gi' }).build()
    const strategy = (type: string, rest = {}) => withArgs('NodeResourcesFit', { scoringStrategy: { type, ...rest } })
    const shape = [
      { utilization: 0, score: 0 },
      { utilization: 100, score: 10 },
    ]
    expect([
      placed({}, pod, cluster),
      placed(strategy('MostAllocated'), pod, cluster),
      placed(strategy('RequestedToCapacityRatio', { requestedToCapacityRatio: { shape } }), pod, cluster),
    ]).toEqual(['on empty', 'on busy', 'on busy'])
  })

  test('which resources count, and that extended ones may be left to others', () => {
    const gpu = (name: string, count: string) => aNode(name).allocatable('example.com/gpu', count)
    const asking = aPod('new').requests({ 'example.com/gpu': '1' }).build()
    const resources = [{ name: 'example.com/gpu', weight: 5 }]
    const packed = withArgs('NodeResourcesFit', { scoringStrategy: { type: 'MostAllocated', resources } })
    expect(placed(packed, asking, clusterOf([gpu('many', '8'), gpu('few', '2')]))).toBe('on few')
    const none = clusterOf([aNode('none')])
    expect(placed({}, asking, none)).toBe('0/1 nodes are available: 1 Insufficient example.com/gpu.')
    expect(placed(withArgs('NodeResourcesFit', { ignoredResourceGroups: ['example.com'] }), asking, none)).toBe(
      'on none',
    )
    expect(placed(withArgs('NodeResourcesFit', { ignoredResources: ['example.com/gpu'] }), asking, none)).toBe(
      'on none',
    )
  })

  test('where every pod has to go, and would rather go', () => {
    const cluster = clusterOf([aNode('a').label('tier', 'slow'), aNode('b').label('tier', 'fast')])
    const term = (values: string[]) => ({ matchExpressions: [{ key: 'tier', operator: 'In', values }] })
    const required = (value: string) => ({
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term([value])] },
    })
    const preferred = {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference: term(['slow']) }],
    }
    const on = (addedAffinity: object) =>
      placed(withArgs('NodeAffinity', { addedAffinity }), aPod('x').build(), cluster)
    expect([on(required('fast')), on(preferred), on(required('none'))]).toEqual([
      'on b',
      'on a',
      "0/2 nodes are available: 2 node(s) didn't match scheduler-enforced node affinity.",
    ])
  })

  test('how pods without constraints of their own are spread', () => {
    const web = aPod('web').label('app', 'web')
    const cluster = clusterOf(
      [aNode('a').label(ZONE, 'x'), aNode('b').label(ZONE, 'y').cordoned()],
      [[web.build(), 'a']],
    )
    const defaultConstraints = [{ topologyKey: ZONE, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }]
    const listed = withArgs('PodTopologySpread', { defaultingType: 'List', defaultConstraints })
    const next = aPod('next').label('app', 'web').build()
    expect([placed({}, next, cluster), placed(listed, next, cluster)]).toEqual([
      'on a',
      "0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) were unschedulable.",
    ])
  })

  test('what the wishes of running pods count', () => {
    const matchLabels = { app: 'db' }
    const podAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: HOST, labelSelector: { matchLabels } }],
    }
    const fan = aPod('fan').requests({ cpu: '1' }).spec({ affinity: { podAffinity } }).build()
    const cluster = clusterOf([aNode('a'), aNode('b')], [[fan, 'a']])
    const db = aPod('db').label('app', 'db').requests({ cpu: '1' }).build()
    expect([
      placed({}, db, cluster),
      placed(withArgs('InterPodAffinity', { hardPodAffinityWeight: 0 }), db, cluster),
      placed(withArgs('InterPodAffinity', { ignorePreferredTermsOfExistingPods: true }), db, cluster),
    ]).toEqual(['on a', 'on b', 'on b'])
  })

  test('which rules hold at all', () => {
    const cluster = clusterOf([aNode('a').taint('dedicated', 'NoSchedule')])
    const off = (point: string) => ({ plugins: { [point]: { disabled: [{ name: 'TaintToleration' }] } } })
    const pod = aPod('x').build()
    expect([placed(off('score'), pod, cluster), placed(off('filter'), pod, cluster)]).toEqual([
      '0/1 nodes are available: 1 node(s) had untolerated taint(s).',
      'on a',
    ])
  })
})
