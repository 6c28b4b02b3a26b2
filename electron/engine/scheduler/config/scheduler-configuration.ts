import type { NodeAffinity, TopologySpreadConstraint } from '../../../../shared/api/types/core-v1.ts'
import type { ScoringStrategy } from '../plugins/resource-scoring.ts'

/** A KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1) as far as it means something here, defaults filled in. */
export interface SchedulerConfiguration {
  readonly parallelism: number
  /** 0: by the number of nodes. */
  readonly percentageOfNodesToScore: number
  readonly podInitialBackoffSeconds: number
  readonly podMaxBackoffSeconds: number
  readonly profiles: readonly SchedulerProfileConfiguration[]
}

export interface SchedulerProfileConfiguration {
  readonly schedulerName: string
  readonly percentageOfNodesToScore?: number
  readonly plugins: Plugins
  /** In the order of the file; arguments of known plugins are decoded and have their defaults. */
  readonly pluginConfig: readonly { readonly name: string; readonly args: unknown }[]
}

export const EXTENSION_POINTS = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
] as const
export type ExtensionPoint = (typeof EXTENSION_POINTS)[number]

export type Plugins = { readonly [P in ExtensionPoint | 'multiPoint']?: PluginSet }

export interface PluginSet {
  readonly enabled?: readonly PluginEntry[]
  readonly disabled?: readonly PluginEntry[]
}

export interface PluginEntry {
  readonly name: string
  readonly weight?: number
}

export interface ResourceSpec {
  readonly name: string
  readonly weight: number
}

/** What plugins can be told, by plugin. */
export interface PluginArgs {
  readonly DefaultPreemption: {
    readonly minCandidateNodesPercentage: number
    readonly minCandidateNodesAbsolute: number
  }
  readonly InterPodAffinity: {
    readonly hardPodAffinityWeight: number
    readonly ignorePreferredTermsOfExistingPods: boolean
  }
  readonly NodeAffinity: { readonly addedAffinity?: NodeAffinity }
  readonly NodeResourcesBalancedAllocation: { readonly resources: readonly ResourceSpec[] }
  readonly NodeResourcesFit: {
    readonly ignoredResources?: readonly string[]
    readonly ignoredResourceGroups?: readonly string[]
    readonly scoringStrategy: ScoringStrategy
  }
  readonly PodTopologySpread: {
    readonly defaultConstraints?: readonly TopologySpreadConstraint[]
    readonly defaultingType: 'System' | 'List'
  }
  readonly VolumeBinding: { readonly bindTimeoutSeconds: number }
}

const CPU_AND_MEMORY: readonly ResourceSpec[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
]

export const DEFAULT_ARGS: PluginArgs = {
  DefaultPreemption: { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 },
  InterPodAffinity: { hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false },
  NodeAffinity: {},
  NodeResourcesBalancedAllocation: { resources: CPU_AND_MEMORY },
  NodeResourcesFit: { scoringStrategy: { type: 'LeastAllocated', resources: CPU_AND_MEMORY } },
  PodTopologySpread: { defaultingType: 'System' },
  VolumeBinding: { bindTimeoutSeconds: 600 },
}

export const DEFAULT_CONFIGURATION: SchedulerConfiguration = {
  parallelism: 16,
  percentageOfNodesToScore: 0,
  podInitialBackoffSeconds: 1,
  podMaxBackoffSeconds: 10,
  profiles: [{ schedulerName: 'default-scheduler', plugins: {}, pluginConfig: [] }],
}

export function isConfigurable(plugin: string): plugin is keyof PluginArgs {
  return Object.hasOwn(DEFAULT_ARGS, plugin)
}

/** The arguments of one plugin with what is left out filled in (SetDefaults_*). */
export function withDefaultArgs<P extends keyof PluginArgs>(plugin: P, given: object): PluginArgs[P] {
  const args = { ...DEFAULT_ARGS[plugin], ...given } as PluginArgs[keyof PluginArgs]
  if ('resources' in args) return { ...args, resources: weighted(args.resources) } as PluginArgs[P]
  if (!('scoringStrategy' in args)) return args as PluginArgs[P]
  const { resources, ...strategy } = args.scoringStrategy
  return { ...args, scoringStrategy: { ...strategy, resources: weighted(resources) } } as unknown as PluginArgs[P]
}

/** A weight of 0 is none. */
function weighted(resources: readonly ResourceSpec[] | undefined): readonly ResourceSpec[] {
  if (!resources?.length) return CPU_AND_MEMORY
  return resources.map(({ name, weight }) => ({ name, weight: weight || 1 }))
}
