import { dns1123Label, qualifiedName } from '../../../../../shared/api/names.ts'
import type { Affinity, NodeAffinity, PodAffinity, PodAffinityTerm } from '../../../../../shared/api/types/core-v1.ts'
import type { LabelSelector } from '../../../../../shared/api/types/meta-v1.ts'
import { type FieldError, forbidden, invalid, required } from '../../machinery/field-error.ts'
import { checkLabelSelector, checkName } from '../checks.ts'
import type { PodRules } from './pod-rules.ts'
import { checkNodeSelector, checkNodeSelectorTerm } from './validate-node-selector.ts'

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'

/** validateAffinity. */
export function checkAffinity(rules: PodRules, path: string, affinity: Affinity | undefined): void {
  if (!affinity) return
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity
  if (nodeAffinity) checkNodeAffinity(rules, `${path}.nodeAffinity`, nodeAffinity)
  if (podAffinity) checkPodAffinity(rules, `${path}.podAffinity`, podAffinity)
  if (podAntiAffinity) checkPodAffinity(rules, `${path}.podAntiAffinity`, podAntiAffinity)
}

function checkNodeAffinity({ errors, tolerated }: PodRules, path: string, affinity: NodeAffinity): void {
  const selector = affinity[REQUIRED]
  if (selector) {
    checkNodeSelector(errors, `${path}.${REQUIRED}`, selector, { allowInvalidValues: tolerated.requiredNodeLabels })
  }
  affinity[PREFERRED]?.forEach((term, at) => {
    const own = `${path}.${PREFERRED}[${at}]`
    checkWeight(errors, own, term.weight)
    // Values that no label can have only match nothing: preferences may have them.
    if (term.preference)
      checkNodeSelectorTerm(errors, `${own}.preference`, term.preference, { allowInvalidValues: true })
  })
}

function checkPodAffinity(rules: PodRules, path: string, affinity: PodAffinity): void {
  affinity[REQUIRED]?.forEach((term, at) => {
    checkPodAffinityTerm(rules, `${path}.${REQUIRED}[${at}]`, term)
  })
  affinity[PREFERRED]?.forEach((term, at) => {
    const own = `${path}.${PREFERRED}[${at}]`
    checkWeight(rules.errors, own, term.weight)
    checkPodAffinityTerm(rules, `${own}.podAffinityTerm`, term.podAffinityTerm)
  })
}

function checkWeight(errors: FieldError[], path: string, weight: number): void {
  if (weight <= 0 || weight > 100) errors.push(invalid(`${path}.weight`, weight, 'must be in the range 1-100'))
}

/** validatePodAffinityTerm. */
function checkPodAffinityTerm({ errors, tolerated }: PodRules, path: string, term: PodAffinityTerm): void {
  const options = { allowInvalidValues: tolerated.labelValuesInSelectors }
  checkLabelSelector(errors, `${path}.labelSelector`, term.labelSelector, options)
  checkLabelSelector(errors, `${path}.namespaceSelector`, term.namespaceSelector, options)
  for (const namespace of term.namespaces ?? []) checkName(errors, `${path}.namespace`, namespace, dns1123Label)
  checkLabelKeys(errors, path, term)
  const topologyKey = term.topologyKey ?? ''
  if (topologyKey === '') errors.push(required(`${path}.topologyKey`, 'can not be empty'))
  checkName(errors, `${path}.topologyKey`, topologyKey, qualifiedName)
}

/**
 * validateMatchLabelKeysAndMismatchLabelKeys. The strategy has already added the expressions of matchLabelKeys to the
 * selector, so a key that the user also names there is in it twice.
 */
function checkLabelKeys(errors: FieldError[], path: string, term: PodAffinityTerm): void {
  const { matchLabelKeys, mismatchLabelKeys, labelSelector } = term
  if (!matchLabelKeys?.length && !mismatchLabelKeys?.length) return
  checkKeyNames(errors, `${path}.matchLabelKeys`, matchLabelKeys, labelSelector)
  checkKeyNames(errors, `${path}.mismatchLabelKeys`, mismatchLabelKeys, labelSelector)
  if (labelSelector) {
    const positions = new Map(matchLabelKeys?.map((key, at) => [key, at]))
    const known = new Set(Object.keys(labelSelector.matchLabels ?? {}))
    for (const { key } of labelSelector.matchExpressions ?? []) {
      const at = positions.get(key)
      if (at !== undefined && known.has(key)) {
        errors.push(invalid(`${path}[${at}]`, key, 'exists in both matchLabelKeys and labelSelector'))
      }
      known.add(key)
    }
  }
  matchLabelKeys?.forEach((key, at) => {
    if (!mismatchLabelKeys?.includes(key)) return
    errors.push(invalid(`${path}.matchLabelKeys[${at}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys'))
  })
}

function checkKeyNames(
  errors: FieldError[],
  path: string,
  keys: readonly string[] | undefined,
  selector: LabelSelector | undefined,
): void {
  if (!keys?.length) return
  if (!selector) {
    errors.push(forbidden(path, 'must not be specified when labelSelector is not set'))
    return
  }
  keys.forEach((key, at) => {
    checkName(errors, `${path}[${at}]`, key, qualifiedName)
  })
}
