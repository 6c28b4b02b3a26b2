import { qualifiedName } from '../../../../../shared/api/names.ts'
import type { TopologySpreadConstraint } from '../../../../../shared/api/types/core-v1.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { checkLabelSelector, checkName } from '../checks.ts'
import type { PodRules } from './pod-rules.ts'

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway']
const NODE_POLICIES = ['Honor', 'Ignore']
const NOT_POSITIVE = 'must be greater than zero'

/** validateTopologySpreadConstraints. */
export function checkTopologySpread(
  rules: PodRules,
  path: string,
  constraints: readonly TopologySpreadConstraint[] | undefined,
): void {
  constraints?.forEach((constraint, at) => {
    const own = `${path}[${at}]`
    checkConstraint(rules.errors, own, constraint)
    const { topologyKey = '', whenUnsatisfiable = '' } = constraint
    const isRepeated = constraints
      .slice(at + 1)
      .some(
        (other) => (other.topologyKey ?? '') === topologyKey && (other.whenUnsatisfiable ?? '') === whenUnsatisfiable,
      )
    if (isRepeated) {
      const pair = `{${topologyKey}, ${whenUnsatisfiable}}`
      rules.errors.push(duplicate(`${own}.{topologyKey, whenUnsatisfiable}`, pair))
    }
    checkMatchLabelKeys(rules.errors, own, constraint)
    if (!rules.tolerated.spreadSelectors) {
      checkLabelSelector(rules.errors, `${own}.labelSelector`, constraint.labelSelector)
    }
  })
}

function checkConstraint(errors: FieldError[], path: string, constraint: TopologySpreadConstraint): void {
  const { maxSkew, topologyKey, whenUnsatisfiable, minDomains } = constraint
  if (maxSkew <= 0) errors.push(invalid(`${path}.maxSkew`, maxSkew, NOT_POSITIVE))
  if (!topologyKey) errors.push(required(`${path}.topologyKey`, 'can not be empty'))
  if (!ACTIONS.includes(whenUnsatisfiable)) {
    errors.push(notSupported(`${path}.whenUnsatisfiable`, whenUnsatisfiable ?? '', ACTIONS))
  }
  if (minDomains !== undefined) {
    if (minDomains <= 0) errors.push(invalid(`${path}.minDomains`, minDomains, NOT_POSITIVE))
    if (whenUnsatisfiable !== 'DoNotSchedule') {
      const message = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable ?? ''}`
      errors.push(invalid(`${path}.minDomains`, minDomains, message))
    }
  }
  for (const policy of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
    const value = constraint[policy]
    if (value !== undefined && !NODE_POLICIES.includes(value)) {
      errors.push(notSupported(`${path}.${policy}`, value, NODE_POLICIES))
    }
  }
}

/** A key that the selector names twice was named by the user too: the strategy adds the one of matchLabelKeys. */
function checkMatchLabelKeys(errors: FieldError[], path: string, constraint: TopologySpreadConstraint): void {
  const { matchLabelKeys, labelSelector } = constraint
  if (!matchLabelKeys?.length) return
  const own = `${path}.matchLabelKeys`
  if (!labelSelector) errors.push(forbidden(own, 'must not be specified when labelSelector is not set'))
  matchLabelKeys.forEach((key, at) => {
    checkName(errors, `${own}[${at}]`, key, qualifiedName)
  })
  if (!labelSelector) return
  const known = new Set(Object.keys(labelSelector.matchLabels ?? {}))
  for (const { key } of labelSelector.matchExpressions ?? []) {
    const at = matchLabelKeys.lastIndexOf(key)
    if (at >= 0 && known.has(key)) {
      errors.push(invalid(`${path}[${at}]`, key, 'exists in both matchLabelKeys and labelSelector'))
    }
    known.add(key)
  }
}
