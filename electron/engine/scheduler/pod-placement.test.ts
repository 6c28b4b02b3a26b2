import { describe, expect, test } from 'vitest'
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, PodSpec } from '../../../shared/api/types/core-v1.ts'
import type { StorageClass } from '../../../shared/api/types/storage-v1.ts'
import { aNode, aPod } from '../../../test/support/scheduling-builders.ts'
import { ClusterState, NO_SURROUNDINGS } from './cluster-state.ts'
import type { ClusterEvent, Surroundings } from './framework.ts'
import { defaultPlugins } from './plugins/default-plugins.ts'
import { podInfo } from './pod-info.ts'
import { mayWake, schedulePod } from './schedule-pod.ts'

const HOST = 'kubernetes.io/hostname'
const ZONE = 'topology.kubernetes.io/zone'
/** Places pods one after the other: "web-1 a, web-2 b", or the message for the first that fits nowhere. */
function place(
  pods: readonly Pod[],
  nodes: readonly { build(): ReturnType<ReturnType<typeof aNode>['build']> }[],
  around = NO_SURROUNDINGS,
) {
  const cluster = new ClusterState(around)
  for (const node of nodes) cluster.setNode(node.build())
  const placed: string[] = []
  for (const pod of pods) {
    const result = schedulePod(defaultPlugins, { pod: podInfo(pod), cluster, startIndex: 0, random: () => 0.9 })
    if (!result.fits) return [...placed, result.message].join(', ')
    cluster.assume(pod, result.node.name)
    placed.push(`${pod.metadata.name} ${result.node.name}`)
  }
  return placed.join(', ')
}

const web = (name: string, spec: Partial<Pod['spec'] & object> = {}) =>
  aPod(name).label('app', 'web').spec(spec).build()
const matchWeb = { matchLabels: { app: 'web' } }
const nodes = [aNode('a').label(ZONE, 'x'), aNode('b').label(ZONE, 'x'), aNode('c').label(ZONE, 'y')]

describe('pods are spread', () => {
  test('over nodes by themselves, when a Service or workload selects them', () => {
    const around = { ...NO_SURROUNDINGS, workloadSelector: () => matchWeb }
    const verdict = place([web('1'), web('2'), web('3')], nodes, around)
    expect(
      verdict
        .split(', ')
        .map((text) => text.at(-1))
        .sort(),
    ).toEqual(['a', 'b', 'c'])
  })

  test('no more unevenly than a hard constraint allows', () => {
    const hard = (maxSkew: number, minDomains?: number) => ({
      topologySpreadConstraints: [
        {
          topologyKey: ZONE,
          maxSkew,
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: matchWeb,
          ...(minDomains ? { minDomains } : {}),
        },
      ],
    })
    const onlyX = { nodeSelector: { [ZONE]: 'x' } }
    const zones = (pods: Pod[]) =>
      place(pods, nodes)
        .replaceAll(/\b[ab]\b/g, 'x')
        .replaceAll(/\bc\b/g, 'y')
    expect(zones([web('1', hard(1)), web('2', hard(1)), web('3', hard(1)), web('4', hard(1))])).toMatch(
      /1 (x, 2 y|y, 2 x), 3 (x, 4 y|y, 4 x)/,
    )
    // Only nodes that the pod may use count as domains.
    expect(place([web('1', { ...hard(1), ...onlyX }), web('2', { ...hard(1), ...onlyX })], nodes)).toMatch(
      /1 [ab], 2 [ab]/,
    )
    expect(place([web('1', hard(1, 3)), web('2', hard(1, 3)), web('3', hard(1, 3))], nodes)).toContain(
      "0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints.",
    )
    expect(place([web('1', hard(1))], [aNode('bare')])).toContain(
      "1 node(s) didn't match pod topology spread constraints (missing required label)",
    )
  })

  describe('counting only the nodes that a constraint is about', () => {
    const constraint = (rest: object = {}) => ({
      topologyKey: ZONE,
      maxSkew: 1,
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: matchWeb,
      ...rest,
    })
    const spread = (...constraints: object[]) => ({ topologySpreadConstraints: constraints }) as Partial<PodSpec>
    const TOO_UNEVEN = "node(s) didn't match pod topology spread constraints"
    /** Where one more goes when there is one in zone x: "y" when it may not follow. */
    const next = (spec: Partial<PodSpec>, more: Node) => {
      const cluster = new ClusterState()
      cluster.setNode(aNode('a').label(ZONE, 'x').build())
      cluster.setNode(more)
      cluster.assume(web('1'), 'a')
      const search = { pod: podInfo(web('2', spec)), cluster, startIndex: 0, random: () => 0 }
      const result = schedulePod(defaultPlugins, search)
      return result.fits ? result.node.name : result.message
    }

    test('tainted ones too, unless taints are honoured', () => {
      const tainted = aNode('b').label(ZONE, 'y').taint('dedicated', 'NoSchedule').build()
      expect(next(spread(constraint()), tainted)).toContain(`1 ${TOO_UNEVEN}`)
      expect(next(spread(constraint({ nodeTaintsPolicy: 'Honor' })), tainted)).toBe('a')
    })

    test("those of the pod's node affinity, unless that is ignored", () => {
      const other = aNode('b').label(ZONE, 'y').build()
      const nodeSelector = { [ZONE]: 'x' }
      expect(next({ nodeSelector, ...spread(constraint()) }, other)).toBe('a')
      const ignoring = spread(constraint({ nodeAffinityPolicy: 'Ignore' }))
      expect(next({ nodeSelector, ...ignoring }, other)).toContain(`1 ${TOO_UNEVEN}`)
    })

    test('those that have the topology keys of all its hard constraints', () => {
      const rackless = aNode('b').label(ZONE, 'y').build()
      expect(next(spread(constraint()), rackless)).toBe('b')
      const racks = constraint({ topologyKey: 'rack', maxSkew: 5 })
      expect(next(spread(constraint(), racks), rackless)).toContain('(missing required label)')
      const cluster = new ClusterState()
      cluster.setNode(aNode('a').label(ZONE, 'x').label('rack', '1').build())
      cluster.setNode(rackless)
      cluster.assume(web('1'), 'a')
      const search = { pod: podInfo(web('2', spread(constraint(), racks))), cluster, startIndex: 0, random: () => 0 }
      expect(schedulePod(defaultPlugins, search)).toMatchObject({ fits: true, node: { name: 'a' } })
    })

    test('pods of the same revision, when matchLabelKeys says so', () => {
      const revision = constraint({ matchLabelKeys: ['pod-template-hash'] })
      const cluster = new ClusterState()
      cluster.setNode(aNode('a').label(ZONE, 'x').build())
      cluster.setNode(aNode('b').label(ZONE, 'y').cordoned().build())
      const of = (name: string, hash: string) =>
        aPod(name).label('app', 'web').label('pod-template-hash', hash).spec(spread(revision)).build()
      cluster.assume(of('old', '1'), 'a')
      const fits = (pod: Pod) =>
        schedulePod(defaultPlugins, { pod: podInfo(pod), cluster, startIndex: 0, random: () => 0 }).fits
      expect([fits(of('new', '2')), fits(of('same', '1'))]).toEqual([true, false])
    })
  })

  test('by themselves over hosts also where some nodes are in no zone', () => {
    const around = { ...NO_SURROUNDINGS, workloadSelector: () => matchWeb }
    const some = [aNode('a').label(ZONE, 'x'), aNode('b')]
    expect(place([web('1', { nodeName: 'a' }), web('2')], some, around)).toBe('1 a, 2 b')
  })

  test('and are tried again when a domain goes that nobody can use', () => {
    const waiting = podInfo(web('1', { topologySpreadConstraints: [] }))
    const rejectedBy = new Set(defaultPlugins.filter(({ name }) => name === 'PodTopologySpread'))
    const wakes = (event: ClusterEvent) => mayWake(waiting, rejectedBy, event)
    const [plain, tainted] = [aNode('a').build(), aNode('a').taint('x', 'NoSchedule').build()]
    const updated = (before: Node, node: Node) => ({ type: 'NodeUpdated', before, node, labelsChanged: false }) as const
    expect([
      wakes({ type: 'NodeDeleted', node: plain }),
      wakes(updated(tainted, plain)),
      wakes(updated(plain, plain)),
    ]).toEqual([true, true, false])
  })
})

describe('pods keep to each other', () => {
  const required = (topologyKey: string) => [{ topologyKey, labelSelector: matchWeb }]
  const near = (topologyKey: string) => ({
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required(topologyKey) } },
  })
  const apart = (topologyKey: string) => ({
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required(topologyKey) } },
  })

  test('the first of a group goes anywhere, the others where it is', () => {
    const [first, second, third] = place([web('1', near(HOST)), web('2', near(HOST)), web('3', near(HOST))], nodes)
      .split(', ')
      .map((text) => text.at(-1))
    expect([second, third]).toEqual([first, first])
    expect(place([aPod('other').spec(near(HOST)).build()], nodes)).toContain(
      "3 node(s) didn't match pod affinity rules",
    )
  })

  test('away from those that they avoid, and that avoid them', () => {
    const three = place([web('1', apart(ZONE)), web('2', apart(ZONE)), web('3', apart(ZONE))], nodes)
    expect(three).toContain("0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.")
    expect(place([web('1', apart(ZONE)), web('2', apart(ZONE)), web('plain')], nodes)).toContain(
      "3 node(s) didn't satisfy existing pods anti-affinity rules",
    )
  })

  test.each([
    ['in its own namespace', {}, 'a'],
    ['in namespaces by name', { namespaces: ['other'] }, 'b'],
    ['in namespaces by label', { namespaceSelector: { matchLabels: { team: 'red' } } }, 'b'],
    ['in none, when no namespace has the labels', { namespaceSelector: { matchLabels: { team: 'blue' } } }, 'nowhere'],
    ['in all namespaces', { namespaceSelector: {} }, 'a or b'],
    ['nowhere, without a selector', { labelSelector: undefined }, 'nowhere'],
  ])('with the pods that a term finds %s', (_where, rest, expected) => {
    const around = { ...NO_SURROUNDINGS, namespaceLabels: (name: string) => (name === 'other' ? { team: 'red' } : {}) }
    const cluster = new ClusterState(around)
    for (const name of ['a', 'b', 'c']) cluster.setNode(aNode(name).build())
    cluster.assume(web('own'), 'a')
    const there = web('there')
    cluster.assume({ ...there, metadata: { ...there.metadata, namespace: 'other' } }, 'b')
    const term = { topologyKey: HOST, labelSelector: matchWeb, ...rest }
    const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } }
    const pod = aPod('new').spec({ affinity }).build()
    const chosen = [0, 0.9].map((random) => {
      const result = schedulePod(defaultPlugins, { pod: podInfo(pod), cluster, startIndex: 0, random: () => random })
      return result.fits ? result.node.name : 'nowhere'
    })
    expect([...new Set(chosen)].sort().join(' or ')).toBe(expected)
  })

  test('as far as they would like to', () => {
    const wish = {
      affinity: {
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 100, podAffinityTerm: required(HOST)[0] as never },
          ],
        },
      },
    }
    const cluster = [web('1', { nodeName: 'b' })]
    expect(
      place(
        [
          ...cluster.map((pod) => ({ ...pod, spec: { ...pod.spec, nodeSelector: { [HOST]: 'b' } } }) as Pod),
          aPod('fan').spec(wish).build(),
        ],
        nodes,
      ),
    ).toBe('1 b, fan b')
  })
})

describe('pods with claims', () => {
  const claim = (spec: object, annotations: Record<string, string> = {}) =>
    ({
      metadata: { name: 'data', namespace: 'default', annotations },
      spec,
      status: {},
    }) as unknown as PersistentVolumeClaim
  const around = (found: PersistentVolumeClaim | undefined, volume?: object): Surroundings => ({
    ...NO_SURROUNDINGS,
    storage: {
      ...NO_SURROUNDINGS.storage,
      claim: () => found,
      volume: () => volume as PersistentVolume | undefined,
      volumes: () => (volume ? [volume as PersistentVolume] : []),
      storageClass: (name) =>
        ({
          metadata: { name },
          provisioner: name === 'manual' ? 'kubernetes.io/no-provisioner' : 'local.slipway.io',
          volumeBindingMode: name === 'now' ? 'Immediate' : 'WaitForFirstConsumer',
        }) as StorageClass,
    },
  })
  const user = web('db', { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] })
  const onC = {
    metadata: { name: 'pv' },
    spec: {
      storageClassName: 'manual',
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: HOST, operator: 'In', values: ['c'] }] }] },
      },
    },
  }

  test('wait for the claim, or for its volume', () => {
    expect(place([user], nodes, around(undefined))).toContain(
      '0/3 nodes are available: persistentvolumeclaim "data" not found.',
    )
    expect(place([user], nodes, around(claim({ storageClassName: 'now' })))).toContain(
      'pod has unbound immediate PersistentVolumeClaims',
    )
    expect(place([user], nodes, around(claim({ storageClassName: 'local' })))).toMatch(/^db [abc]$/)
  })

  test('go where their volume is', () => {
    const bound = claim({ volumeName: 'pv', storageClassName: 'manual' }, { 'pv.kubernetes.io/bind-completed': 'yes' })
    expect(place([user], nodes, around(bound, onC))).toBe('db c')
    expect(place([user], nodes.slice(0, 2), around(bound, onC))).toContain(
      '2 node(s) had volume node affinity conflict',
    )
    const open = claim({ storageClassName: 'manual' })
    expect(place([user], nodes, around(open, onC))).toBe('db c')
    expect(place([user], nodes.slice(0, 2), around(open, onC))).toContain(
      "2 node(s) didn't find available persistent volumes to bind",
    )
  })
})
