import { goQuote } from '../../../../shared/api/go-text.ts'
import { ApiError } from '../../../../shared/api/status.ts'
import type { SchedulingPlugin } from '../framework.ts'
import { pluginsWith } from '../plugins/default-plugins.ts'
import {
  DEFAULT_ARGS,
  EXTENSION_POINTS,
  type ExtensionPoint,
  isConfigurable,
  type PluginArgs,
  type PluginEntry,
  type PluginSet,
  type SchedulerProfileConfiguration,
} from './scheduler-configuration.ts'

/** How pods of one spec.schedulerName are scheduled. */
export interface SchedulerProfile {
  readonly schedulerName: string
  /** In the order of their filters. */
  readonly plugins: readonly SchedulingPlugin[]
  /** Instead of the scheduler's own; 0: by the number of nodes. */
  readonly percentageOfNodesToScore: number | undefined
  /** Undefined: no pod is preempted. */
  readonly preemption: PluginArgs['DefaultPreemption'] | undefined
  /** How long a pod waits for its volumes; undefined: they are not bound for it. */
  readonly bindTimeoutMs: number | undefined
}

/** Where each plugin has something to do. */
const IMPLEMENTED: Readonly<Record<string, readonly ExtensionPoint[]>> = {
  SchedulingGates: ['preEnqueue'],
  PrioritySort: ['queueSort'],
  NodeUnschedulable: ['filter'],
  NodeName: ['filter'],
  TaintToleration: ['filter', 'preScore', 'score'],
  NodeAffinity: ['preFilter', 'filter', 'preScore', 'score'],
  NodePorts: ['preFilter', 'filter'],
  NodeResourcesFit: ['preFilter', 'filter', 'preScore', 'score'],
  VolumeRestrictions: ['preFilter', 'filter'],
  NodeVolumeLimits: ['preFilter', 'filter'],
  VolumeBinding: ['preFilter', 'filter', 'preScore', 'score', 'reserve', 'preBind'],
  VolumeZone: ['preFilter', 'filter'],
  PodTopologySpread: ['preFilter', 'filter', 'preScore', 'score'],
  InterPodAffinity: ['preFilter', 'filter', 'preScore', 'score'],
  DefaultPreemption: ['preEnqueue', 'postFilter'],
  NodeResourcesBalancedAllocation: ['preScore', 'score'],
  ImageLocality: ['score'],
  DefaultBinder: ['bind'],
}
const WEIGHTS: Readonly<Record<string, number>> = {
  TaintToleration: 3,
  NodeAffinity: 2,
  PodTopologySpread: 2,
  InterPodAffinity: 2,
}
/** getDefaultPlugins. */
const DEFAULTS: readonly PluginEntry[] = Object.keys(IMPLEMENTED).map((name) => ({ name, weight: WEIGHTS[name] ?? 1 }))

/** The plugins that a profile comes to when its own are merged into the default ones. Throws an Invalid ApiError. */
export function buildProfile(configuration: SchedulerProfileConfiguration): SchedulerProfile {
  const { schedulerName, percentageOfNodesToScore } = configuration
  const points = enabledPlugins(configuration)
  const args = argsOf(configuration)
  const isEnabled = (point: ExtensionPoint, plugin: string) => points[point].some(({ name }) => name === plugin)
  const weights = new Map(points.score.map(({ name, weight }) => [name, weight || 1]))
  const all = new Map(pluginsWith(args).map((plugin) => [plugin.name, plugin]))
  const names = new Set([...points.filter, ...points.score, ...points.preEnqueue].map(({ name }) => name))
  const plugins = [...names].flatMap((name) => {
    const plugin = all.get(name)
    if (plugin === undefined) return []
    const parts = { filters: isEnabled('filter', name), gates: isEnabled('preEnqueue', name) }
    return [onlyWith(plugin, { ...parts, weight: weights.get(name) ?? 0 })]
  })
  return {
    schedulerName,
    plugins,
    percentageOfNodesToScore,
    preemption: isEnabled('postFilter', 'DefaultPreemption') ? args.DefaultPreemption : undefined,
    bindTimeoutMs: isEnabled('preBind', 'VolumeBinding') ? args.VolumeBinding.bindTimeoutSeconds * 1000 : undefined,
  }
}

function argsOf({ pluginConfig }: SchedulerProfileConfiguration): PluginArgs {
  const given = pluginConfig.filter(({ name }) => isConfigurable(name)).map(({ name, args }) => [name, args])
  return { ...DEFAULT_ARGS, ...Object.fromEntries(given) }
}

interface Parts {
  readonly filters: boolean
  readonly gates: boolean
  /** 0: it does not score. */
  readonly weight: number
}

function onlyWith(plugin: SchedulingPlugin, { filters, gates, weight }: Parts): SchedulingPlugin {
  const { filter, score, admits, ...rest } = plugin
  return {
    ...rest,
    weight,
    ...(filters && filter ? { filter } : {}),
    ...(weight > 0 && score ? { score } : {}),
    ...(gates && admits ? { admits } : {}),
  }
}

type EnabledPlugins = Readonly<Record<ExtensionPoint, readonly PluginEntry[]>>

function enabledPlugins({ plugins, schedulerName }: SchedulerProfileConfiguration): EnabledPlugins {
  const everywhere = merge(DEFAULTS, plugins.multiPoint)
  const enabled = EXTENSION_POINTS.map((point) => [point, enabledAt(point, plugins[point] ?? {}, everywhere)] as const)
  const points = Object.fromEntries(enabled) as unknown as EnabledPlugins
  const sorters = points.queueSort.length
  const own = `profile with scheduler name ${goQuote(schedulerName)}`
  if (sorters !== 1) throw refused(schedulerName, `only one queue sort plugin required for ${own}, but got ${sorters}`)
  if (points.bind.length === 0) throw refused(schedulerName, `at least one bind plugin is needed for ${own}`)
  return points

  /** The plugin's own entry for the point first, then those of multiPoint, then what the point adds. */
  function enabledAt(point: ExtensionPoint, { enabled = [], disabled = [] }: PluginSet, multi: readonly PluginEntry[]) {
    for (const [at, { name }] of enabled.entries()) {
      requireKnown(name, point)
      if (!IMPLEMENTED[name]?.includes(point)) {
        throw refused(schedulerName, `plugin ${goQuote(name)} does not extend ${typeOf(point)} plugin`)
      }
      if (enabled.slice(0, at).some((other) => other.name === name)) throw registeredTwice(name, point)
    }
    if (disabled.some(({ name }) => name === '*')) return enabled
    const here = multi.filter(({ name }, at) => {
      requireKnown(name, point)
      if (!IMPLEMENTED[name]?.includes(point) || disabled.some((off) => off.name === name)) return false
      if (multi.slice(0, at).some((other) => other.name === name)) throw registeredTwice(name, point)
      return true
    })
    const isIn = (list: readonly PluginEntry[], entry: PluginEntry) => list.some(({ name }) => name === entry.name)
    return [
      ...enabled.filter((entry) => isIn(here, entry)),
      ...here.filter((entry) => !isIn(enabled, entry)),
      ...enabled.filter((entry) => !isIn(here, entry)),
    ]
  }

  function requireKnown(name: string, point: ExtensionPoint): void {
    if (Object.hasOwn(IMPLEMENTED, name)) return
    throw refused(schedulerName, `${typeOf(point)} ${goQuote(name)} does not exist`)
  }

  function registeredTwice(name: string, point: ExtensionPoint): ApiError {
    return refused(schedulerName, `plugin ${goQuote(name)} already registered as ${goQuote(typeOf(point))}`)
  }
}

/** mergePluginSet: a default plugin that is named again takes the new weight in its old place; new ones come last. */
function merge(defaults: readonly PluginEntry[], { enabled = [], disabled = [] }: PluginSet = {}): PluginEntry[] {
  const isOff = (name: string) => disabled.some((entry) => entry.name === name || entry.name === '*')
  const kept = defaults.filter(({ name }) => !isOff(name))
  const replaced = kept.map((entry) => enabled.findLast(({ name }) => name === entry.name) ?? entry)
  return [...replaced, ...enabled.filter((entry) => !replaced.includes(entry))]
}

/** Go's name of the extension point's interface. */
function typeOf(point: ExtensionPoint): string {
  return `${point.charAt(0).toUpperCase()}${point.slice(1)}Plugin`
}

function refused(schedulerName: string, why: string): ApiError {
  const where = `initializing profiles: creating profile for scheduler name ${schedulerName}`
  return new ApiError('Invalid', `invalid scheduler configuration: ${where}: ${why}`)
}
