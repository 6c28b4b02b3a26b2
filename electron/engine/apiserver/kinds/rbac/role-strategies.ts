import { pathSegmentName } from '../../../../../shared/api/names.ts'
import type { ClusterRole, PolicyRule, Role } from '../../../../../shared/api/types/rbac-v1.ts'
import { type FieldError, invalid, required } from '../../machinery/field-error.ts'
import { checkLabelSelector } from '../checks.ts'
import { emptyToNull } from '../empty-lists.ts'
import type { KindStrategy } from '../strategy.ts'

export const roleStrategy: KindStrategy<Role> = {
  createOnUpdate: true,
  validateName: pathSegmentName,
  defaults(role) {
    emptyToNull(role, 'rules')
  },
  validate: ({ rules }) => ruleErrors(rules, true),
  validateUpdate: ({ rules }) => ruleErrors(rules, true),
}

export const clusterRoleStrategy: KindStrategy<ClusterRole> = {
  createOnUpdate: true,
  validateName: pathSegmentName,
  defaults(role) {
    emptyToNull(role, 'rules')
  },
  validate: validateClusterRole,
  validateUpdate: validateClusterRole,
}

function validateClusterRole({ rules, aggregationRule }: ClusterRole): FieldError[] {
  const errors = ruleErrors(rules, false)
  if (!aggregationRule) return errors
  const path = 'aggregationRule.clusterRoleSelectors'
  const selectors = aggregationRule.clusterRoleSelectors ?? []
  if (selectors.length === 0) {
    errors.push(required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil'))
  }
  selectors.forEach((selector, at) => {
    const before = errors.length
    checkLabelSelector(errors, `${path}[${at}]`, selector)
    if (errors.length > before) errors.push(invalid(`${path}[${at}]`, null, 'invalid label selector.'))
  })
  return errors
}

function ruleErrors(rules: readonly PolicyRule[] | null | undefined, isNamespaced: boolean): FieldError[] {
  return (rules ?? []).flatMap((rule, at) => ruleError(`rules[${at}]`, rule, isNamespaced))
}

/** ValidatePolicyRule. */
function ruleError(path: string, rule: PolicyRule, isNamespaced: boolean): FieldError[] {
  const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule
  const errors: FieldError[] = []
  const nonResource = (why: string) => errors.push(invalid(`${path}.nonResourceURLs`, nonResourceURLs, why))
  if (!rule.verbs?.length) errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'))
  if (nonResourceURLs.length > 0) {
    if (isNamespaced) nonResource('namespaced rules cannot apply to non-resource URLs')
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      nonResource('rules cannot apply to both regular resources and non-resource URLs')
    }
    return errors
  }
  if (apiGroups.length === 0) {
    errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'))
  }
  if (resources.length === 0) {
    errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'))
  }
  return errors
}
