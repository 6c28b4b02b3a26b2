import { describe, expect, test } from 'vitest'
import { buildProfile } from '../scheduler/config/build-profile.ts'
import { DEFAULT_ARGS, DEFAULT_CONFIGURATION } from '../scheduler/config/scheduler-configuration.ts'
import { parseConfiguration } from './parse-configuration.ts'

const HEAD = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n'
const profile = (rest: object) => `${HEAD}profiles: ${JSON.stringify([rest])}`
const config = (name: string, args: object) => profile({ pluginConfig: [{ name, args }] })
const plugins = (rest: object) => profile({ plugins: rest })

/** What parsing says, without what stands before every refusal. */
function refusal(text: string): string {
  try {
    parseConfiguration(text)
    return 'accepted'
  } catch (error) {
    return (error as Error).message.replace('invalid scheduler configuration: ', '')
  }
}

test('an empty configuration is the default one', () => {
  expect(parseConfiguration(HEAD)).toEqual(DEFAULT_CONFIGURATION)
})

test('what is left out of the arguments of a plugin has its default', () => {
  const text = config('NodeResourcesFit', { scoringStrategy: { type: 'MostAllocated' } })
  expect(parseConfiguration(text).profiles[0]?.pluginConfig).toEqual([
    {
      name: 'NodeResourcesFit',
      args: {
        scoringStrategy: {
          type: 'MostAllocated',
          resources: [
            { name: 'cpu', weight: 1 },
            { name: 'memory', weight: 1 },
          ],
        },
      },
    },
  ])
})

test('what concerns the process rather than scheduling is read and has no effect', () => {
  const text = `${HEAD}leaderElection: {leaderElect: false, leaseDuration: 15s}\nclientConnection: {qps: 50, burst: 100}\nparallelism: 4\n`
  expect(parseConfiguration(text)).toEqual({ ...DEFAULT_CONFIGURATION, parallelism: 4 })
})

const FIT = 'profiles[0].pluginConfig[0].args'
const CREATING = 'initializing profiles: creating profile for scheduler name default-scheduler: '

describe('a configuration is refused', () => {
  test.each([
    ['kind: KubeSchedulerConfiguration', `Object 'apiVersion' is missing in 'kind: KubeSchedulerConfiguration'`],
    ['a: b', `Object 'Kind' is missing in 'a: b'`],
    [
      'kind: Pod\napiVersion: v1',
      'no kind "Pod" is registered for version "v1" in scheme "k8s.io/kubernetes/pkg/scheduler/apis/config/scheme/scheme.go:30"',
    ],
    [
      `${HEAD}percentage: 5\nparallel: 3`,
      'strict decoding error: unknown field "parallel", unknown field "percentage"',
    ],
    [profile({ plugin: {} }), 'strict decoding error: unknown field "profiles[0].plugin"'],
    [
      config('InterPodAffinity', { weight: 1 }),
      'strict decoding error: decoding .profiles[0].pluginConfig[0]: strict decoding error: decoding args for plugin InterPodAffinity: strict decoding error: unknown field "weight"',
    ],
    [
      config('InterPodAffinity', { hardPodAffinityWeight: 'much' }),
      'decoding .profiles[0].pluginConfig[0]: decoding args for plugin InterPodAffinity: json: cannot unmarshal string into Go struct field InterPodAffinityArgs.hardPodAffinityWeight of type int32',
    ],
    [
      config('InterPodAffinity', { kind: 'NodeAffinityArgs' }),
      'decoding .profiles[0].pluginConfig[0]: args for plugin InterPodAffinity were not of type InterPodAffinityArgs.kubescheduler.config.k8s.io, got NodeAffinityArgs.kubescheduler.config.k8s.io',
    ],
  ])('that cannot be read: %j', (text, message) => {
    expect(refusal(text)).toBe(message)
  })

  test.each([
    [`${HEAD}parallelism: 0`, 'parallelism: Invalid value: 0: should be an integer value greater than zero'],
    [
      `${HEAD}percentageOfNodesToScore: 101`,
      'percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]',
    ],
    [
      `${HEAD}podInitialBackoffSeconds: 0\npodMaxBackoffSeconds: -1`,
      '[podInitialBackoffSeconds: Invalid value: 0: must be greater than 0, podMaxBackoffSeconds: Invalid value: -1: must be greater than or equal to PodInitialBackoffSeconds]',
    ],
    [
      `${HEAD}profiles: [{schedulerName: a}, {schedulerName: a}, {}]`,
      '[profiles[1].schedulerName: Duplicate value: "profiles[0].schedulerName", profiles[2].schedulerName: Required value]',
    ],
    [`${HEAD}extenders: [{urlPrefix: "http://127.0.0.1/"}]`, 'extenders: Forbidden: this scheduler calls no extenders'],
    [
      profile({ pluginConfig: [{ name: 'NodeAffinity' }, { name: 'NodeAffinity' }] }),
      'profiles[0].pluginConfig[1]: Duplicate value: "NodeAffinity"',
    ],
    [
      plugins({ filter: { enabled: [{ name: 'EBSLimits' }] } }),
      'profiles[0].plugins.filter.enabled[0]: Invalid value: "EBSLimits": was invalid in version "kubescheduler.config.k8s.io/v1" (KubeSchedulerConfiguration is version "kubescheduler.config.k8s.io/v1")',
    ],
    [
      config('NodeResourcesFit', { scoringStrategy: { type: 'Fullest', resources: [{ name: 'cpu', weight: 101 }] } }),
      `[${FIT}.scoringStrategy.type: Unsupported value: "Fullest": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio", ${FIT}.scoringStrategy.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid range (0, 100]]`,
    ],
    [
      config('NodeResourcesFit', { scoringStrategy: { type: 'RequestedToCapacityRatio' } }),
      `${FIT}.scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio`,
    ],
    [
      config('NodeResourcesFit', {
        scoringStrategy: {
          type: 'RequestedToCapacityRatio',
          requestedToCapacityRatio: {
            shape: [
              { utilization: 50, score: 11 },
              { utilization: 50, score: 0 },
            ],
          },
        },
      }),
      `[${FIT}.scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 50: values must be sorted in increasing order, ${FIT}.scoringStrategy.requestedToCapacityRatio.shape[0].score: Invalid value: 11: not in valid range [0, 10]]`,
    ],
    [
      config('NodeResourcesFit', { ignoredResourceGroups: ['example.com/x'] }),
      `${FIT}.ignoredResourceGroups[0]: Invalid value: "example.com/x": resource group name can't contain '/'`,
    ],
    [
      config('NodeResourcesBalancedAllocation', { resources: [{ name: 'cpu', weight: 2 }, { name: 'cpu' }] }),
      `[${FIT}.resources[0].weight: Invalid value: 2: must be 1, ${FIT}.resources[1].name: Duplicate value: "cpu"]`,
    ],
    [
      config('InterPodAffinity', { hardPodAffinityWeight: 101 }),
      `${FIT}.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]`,
    ],
    [
      config('PodTopologySpread', {
        defaultConstraints: [{ maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'Never' }],
      }),
      `[${FIT}.defaultingType: Invalid value: "System": when .defaultConstraints are not empty, ${FIT}.defaultConstraints[0].maxSkew: Invalid value: 0: not in valid range (0, inf), ${FIT}.defaultConstraints[0].topologyKey: Required value: can not be empty, ${FIT}.defaultConstraints[0].whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"]`,
    ],
    [
      config('NodeAffinity', {
        addedAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } },
      }),
      `${FIT}.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term`,
    ],
    [
      config('DefaultPreemption', { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0 }),
      `[${FIT}.minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute, ${FIT}.minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage]`,
    ],
    [
      config('VolumeBinding', { bindTimeoutSeconds: -1 }),
      `${FIT}.bindTimeoutSeconds: Invalid value: -1: invalid BindTimeoutSeconds, should not be a negative value`,
    ],
  ])('that is invalid: %j', (text, message) => {
    expect(refusal(text)).toBe(message)
  })

  test.each([
    [plugins({ multiPoint: { enabled: [{ name: 'Mine' }] } }), 'PreEnqueuePlugin "Mine" does not exist'],
    [plugins({ multiPoint: { enabled: [{ name: 'constructor' }] } }), 'PreEnqueuePlugin "constructor" does not exist'],
    [plugins({ score: { enabled: [{ name: 'Mine' }] } }), 'ScorePlugin "Mine" does not exist'],
    [plugins({ score: { enabled: [{ name: 'NodePorts' }] } }), 'plugin "NodePorts" does not extend ScorePlugin plugin'],
    [
      plugins({ score: { enabled: [{ name: 'ImageLocality' }, { name: 'ImageLocality' }] } }),
      'plugin "ImageLocality" already registered as "ScorePlugin"',
    ],
    [
      plugins({ bind: { disabled: [{ name: '*' }] } }),
      'at least one bind plugin is needed for profile with scheduler name "default-scheduler"',
    ],
    [
      plugins({ multiPoint: { disabled: [{ name: 'PrioritySort' }] } }),
      'only one queue sort plugin required for profile with scheduler name "default-scheduler", but got 0',
    ],
  ])('whose plugins do not go together: %j', (text, message) => {
    expect(refusal(text)).toBe(`${CREATING}${message}`)
  })
})

describe('the plugins of a profile', () => {
  /** "name", with "=weight" when it scores and "-" before those that no longer filter. */
  const built = (rest: object) => {
    const [first] = parseConfiguration(plugins(rest)).profiles
    if (first === undefined) throw new Error('no profile')
    return buildProfile(first).plugins.map(({ name, weight, filter, score }) => {
      return `${filter || score === undefined ? '' : '-'}${name}${score ? `=${weight}` : ''}`
    })
  }

  test('are by default those of Kubernetes, in its order and with its weights', () => {
    expect(built({})).toEqual(DEFAULT_PLUGINS)
  })

  test('take the weight of the score point, or else of multiPoint', () => {
    const rest = {
      multiPoint: {
        enabled: [
          { name: 'NodeAffinity', weight: 7 },
          { name: 'ImageLocality', weight: 4 },
        ],
      },
      score: { enabled: [{ name: 'ImageLocality', weight: 9 }] },
    }
    expect(built(rest)).toContain('NodeAffinity=7')
    expect(built(rest)).toContain('-ImageLocality=9')
  })

  test('go at one point, or at all of them', () => {
    const rest = {
      multiPoint: { disabled: [{ name: 'NodePorts' }] },
      score: { disabled: [{ name: 'TaintToleration' }] },
    }
    expect(built(rest).filter((name) => /NodePorts|TaintToleration/.test(name))).toEqual(['TaintToleration'])
    const only = { score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit', weight: 5 }] } }
    expect(built(only).filter((name) => name.includes('='))).toEqual(['NodeResourcesFit=5'])
  })

  test('filter in the order that the filter point gives, then the others', () => {
    expect(built({ filter: { enabled: [{ name: 'NodePorts' }] } })[0]).toBe('NodePorts')
  })

  test('leave out preemption and the binding of volumes when they are disabled', () => {
    const off = (point: string, name: string) => plugins({ [point]: { disabled: [{ name }] } })
    const of = (text: string) => parseConfiguration(text).profiles.map(buildProfile)[0]
    expect(of(HEAD)).toMatchObject({ preemption: DEFAULT_ARGS.DefaultPreemption, bindTimeoutMs: 600_000 })
    expect(of(off('postFilter', 'DefaultPreemption'))?.preemption).toBeUndefined()
    expect(of(off('multiPoint', 'VolumeBinding'))?.bindTimeoutMs).toBeUndefined()
  })
})

const DEFAULT_PLUGINS = [
  'NodeUnschedulable',
  'NodeName',
  'TaintToleration=3',
  'NodeAffinity=2',
  'NodePorts',
  'NodeResourcesFit=1',
  'VolumeRestrictions',
  'NodeVolumeLimits',
  'VolumeBinding',
  'VolumeZone',
  'PodTopologySpread=2',
  'InterPodAffinity=2',
  '-NodeResourcesBalancedAllocation=1',
  '-ImageLocality=1',
  'SchedulingGates',
]
