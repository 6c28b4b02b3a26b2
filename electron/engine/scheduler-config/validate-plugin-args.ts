import { qualifiedName } from '../../../shared/api/names.ts'
import type { TopologySpreadConstraint } from '../../../shared/api/types/core-v1.ts'
import { checkName } from '../apiserver/kinds/checks.ts'
import { checkNodeSelector, checkNodeSelectorTerm } from '../apiserver/kinds/pod/validate-node-selector.ts'
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../apiserver/machinery/field-error.ts'
import { isConfigurable, type PluginArgs, type ResourceSpec } from '../scheduler/config/scheduler-configuration.ts'
import type { UtilizationShapePoint } from '../scheduler/plugins/resource-scoring.ts'

const STRATEGIES = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio']
const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway']

/** The Validate*Args function of the plugin, if it has one. */
export function checkPluginArgs(errors: FieldError[], path: string, plugin: string, args: unknown): void {
  if (isConfigurable(plugin)) checks[plugin](errors, path, args as never)
}

const checks: { readonly [P in keyof PluginArgs]: (errors: FieldError[], path: string, args: PluginArgs[P]) => void } =
  {
    DefaultPreemption(errors, path, { minCandidateNodesPercentage: percentage, minCandidateNodesAbsolute: absolute }) {
      const [own, other] = ['minCandidateNodesPercentage', 'minCandidateNodesAbsolute']
      if (percentage < 0 || percentage > 100) {
        errors.push(invalid(`${path}.${own}`, percentage, 'not in valid range [0, 100]'))
      }
      if (absolute < 0) errors.push(invalid(`${path}.${other}`, absolute, 'not in valid range [0, inf)'))
      if (percentage === 0 && absolute === 0) {
        errors.push(
          invalid(`${path}.${own}`, percentage, `cannot be zero at the same time as ${other}`),
          invalid(`${path}.${other}`, absolute, `cannot be zero at the same time as ${own}`),
        )
      }
    },
    InterPodAffinity(errors, path, { hardPodAffinityWeight: weight }) {
      if (weight >= 0 && weight <= 100) return
      errors.push(invalid(`${path}.hardPodAffinityWeight`, weight, 'not in valid range [0, 100]'))
    },
    NodeAffinity(errors, path, { addedAffinity }) {
      const own = `${path}.addedAffinity`
      const { requiredDuringSchedulingIgnoredDuringExecution: needed } = addedAffinity ?? {}
      if (needed) checkNodeSelector(errors, `${own}.requiredDuringSchedulingIgnoredDuringExecution`, needed)
      addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ preference }, at) => {
        const term = `${own}.preferredDuringSchedulingIgnoredDuringExecution[${at}]`
        checkNodeSelectorTerm(errors, term, preference, { allowInvalidValues: false })
      })
    },
    NodeResourcesBalancedAllocation(errors, path, { resources }) {
      for (const [at, { name, weight }] of resources.entries()) {
        const own = `${path}.resources[${at}]`
        if (resources.slice(0, at).some((other) => other.name === name)) errors.push(duplicate(`${own}.name`, name))
        if (weight !== 1) errors.push(invalid(`${own}.weight`, weight, 'must be 1'))
      }
    },
    NodeResourcesFit(errors, path, { ignoredResources, ignoredResourceGroups, scoringStrategy }) {
      ignoredResources?.forEach((name, at) => {
        checkName(errors, `${path}.ignoredResources[${at}]`, name, qualifiedName)
      })
      ignoredResourceGroups?.forEach((group, at) => {
        const own = `${path}.ignoredResourceGroups[${at}]`
        if (group.includes('/')) errors.push(invalid(own, group, "resource group name can't contain '/'"))
        checkName(errors, own, group, qualifiedName)
      })
      const own = `${path}.scoringStrategy`
      const { type = '', resources } = scoringStrategy
      if (!STRATEGIES.includes(type)) errors.push(notSupported(`${own}.type`, type, STRATEGIES))
      checkResources(errors, `${own}.resources`, resources)
      const ratio = 'requestedToCapacityRatio' in scoringStrategy ? scoringStrategy.requestedToCapacityRatio : undefined
      const name = `${own}.requestedToCapacityRatio`
      if (type !== 'RequestedToCapacityRatio') {
        if (ratio) errors.push(forbidden(name, 'must be nil when type is not RequestedToCapacityRatio'))
      } else if (ratio) checkShape(errors, `${name}.shape`, ratio.shape ?? [])
      else errors.push(required(name, 'must be specified when type is RequestedToCapacityRatio'))
    },
    PodTopologySpread(errors, path, { defaultingType, defaultConstraints = [] }) {
      const own = `${path}.defaultingType`
      const types = ['System', 'List']
      if (!types.includes(defaultingType)) errors.push(notSupported(own, defaultingType, types))
      else if (defaultingType === 'System' && defaultConstraints.length > 0) {
        errors.push(invalid(own, defaultingType, 'when .defaultConstraints are not empty'))
      }
      for (const at of defaultConstraints.keys())
        checkConstraint(errors, `${path}.defaultConstraints`, defaultConstraints, at)
    },
    VolumeBinding(errors, path, args) {
      const { bindTimeoutSeconds: seconds } = args
      const detail = 'invalid BindTimeoutSeconds, should not be a negative value'
      if (seconds < 0) errors.push(invalid(`${path}.bindTimeoutSeconds`, seconds, detail))
      if (!('shape' in args)) return
      const unexpected = 'unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring'
      errors.push(invalid(`${path}.shape`, args.shape, unexpected))
    },
  }

function checkResources(errors: FieldError[], path: string, resources: readonly ResourceSpec[]): void {
  for (const [at, { name, weight }] of resources.entries()) {
    if (weight > 0 && weight <= 100) continue
    errors.push(invalid(`${path}[${at}].weight`, weight, `resource weight of ${name} not in valid range (0, 100]`))
  }
}

function checkShape(errors: FieldError[], path: string, shape: readonly UtilizationShapePoint[]): void {
  if (shape.length === 0) errors.push(required(path, 'at least one point must be specified'))
  const unsorted = shape.findIndex(({ utilization }, at) => at > 0 && (shape[at - 1]?.utilization ?? 0) >= utilization)
  if (unsorted > 0) {
    const value = shape[unsorted]?.utilization
    errors.push(invalid(`${path}[${unsorted}].utilization`, value, 'values must be sorted in increasing order'))
  }
  for (const [at, { utilization, score }] of shape.entries()) {
    if (utilization < 0 || utilization > 100) {
      errors.push(invalid(`${path}[${at}].utilization`, utilization, 'not in valid range [0, 100]'))
    }
    if (score < 0 || score > 10) errors.push(invalid(`${path}[${at}].score`, score, 'not in valid range [0, 10]'))
  }
}

function checkConstraint(
  errors: FieldError[],
  path: string,
  constraints: readonly TopologySpreadConstraint[],
  at: number,
): void {
  const own = `${path}[${at}]`
  const { maxSkew, topologyKey, whenUnsatisfiable, labelSelector } = constraints[at] as TopologySpreadConstraint
  if (maxSkew <= 0) errors.push(invalid(`${own}.maxSkew`, maxSkew, 'not in valid range (0, inf)'))
  if (topologyKey === '') errors.push(required(`${own}.topologyKey`, 'can not be empty'))
  else checkName(errors, `${own}.topologyKey`, topologyKey, qualifiedName)
  if (whenUnsatisfiable === '') errors.push(required(`${own}.whenUnsatisfiable`, 'can not be empty'))
  else if (!ACTIONS.includes(whenUnsatisfiable)) {
    errors.push(notSupported(`${own}.whenUnsatisfiable`, whenUnsatisfiable, ACTIONS))
  }
  if (labelSelector) {
    const detail = 'constraint must not define a selector, as they deduced for each pod'
    errors.push(forbidden(`${own}.labelSelector`, detail))
  }
  const isRepeated = constraints.slice(0, at).some((other) => {
    return other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable
  })
  if (isRepeated) errors.push(duplicate(own, `{${topologyKey}, ${whenUnsatisfiable}}`))
}
