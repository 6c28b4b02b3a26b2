import { dns1035Label, dns1123Subdomain, pathSegmentName, qualifiedName } from '../../../../../shared/api/names.ts'
import type {
  MatchCondition,
  MatchResources,
  NamedRuleWithOperations,
  ParamKind,
  RuleWithOperations,
} from '../../../../../shared/api/types/admissionregistration-v1.ts'
import { duplicate, type FieldError, invalid, notSupported, required, tooMany } from '../../machinery/field-error.ts'
import { checkLabelSelector, checkName, checkWildcard } from '../checks.ts'

/** Which requests a webhook or policy is for: what pkg/apis/admissionregistration/validation says of them all. */

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const SCOPES = ['*', 'Cluster', 'Namespaced']
const FAILURE_POLICIES = ['Fail', 'Ignore']
const MATCH_POLICIES = ['Equivalent', 'Exact']
const MAX_CONDITIONS = 64

export function checkOneOf(
  errors: FieldError[],
  path: string,
  value: string | undefined,
  supported: readonly string[],
): void {
  if (value !== undefined && !supported.includes(value)) errors.push(notSupported(path, value, supported))
}

export function checkFailurePolicy(errors: FieldError[], path: string, policy: string | undefined): void {
  checkOneOf(errors, path, policy, FAILURE_POLICIES)
}

export function checkMatchPolicy(errors: FieldError[], path: string, policy: string | undefined): void {
  checkOneOf(errors, path, policy, MATCH_POLICIES)
}

/** validateRuleWithOperations. */
export function checkRule(errors: FieldError[], path: string, rule: RuleWithOperations): void {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule
  if (operations.length === 0) errors.push(required(`${path}.operations`))
  checkWildcard(errors, `${path}.operations`, operations, 'operations')
  operations.forEach((operation, at) => {
    checkOneOf(errors, `${path}.operations[${at}]`, operation, OPERATIONS)
  })
  if (apiGroups.length === 0) errors.push(required(`${path}.apiGroups`))
  checkWildcard(errors, `${path}.apiGroups`, apiGroups, 'API groups')
  if (apiVersions.length === 0) errors.push(required(`${path}.apiVersions`))
  checkWildcard(errors, `${path}.apiVersions`, apiVersions, 'API versions')
  apiVersions.forEach((version, at) => {
    if (version === '') errors.push(required(`${path}.apiVersions[${at}]`))
  })
  checkResources(errors, `${path}.resources`, resources)
  checkOneOf(errors, `${path}.scope`, scope, SCOPES)
}

function checkResources(errors: FieldError[], path: string, resources: readonly string[]): void {
  if (resources.length === 0) errors.push(required(path))
  const allOf = new Set<string>()
  const onAll = new Set<string>()
  let isLastPlain = false
  resources.forEach((name, at) => {
    if (name === '') {
      errors.push(required(`${path}[${at}]`))
      return
    }
    const slash = name.indexOf('/')
    if (slash < 0) {
      // Kubernetes remembers only the last of them.
      isLastPlain = name !== '*'
      return
    }
    const [resource, subresource] = [name.slice(0, slash), name.slice(slash + 1)]
    const refuse = (wildcard: string) =>
      errors.push(invalid(`${path}[${at}]`, name, `if '${wildcard}' is present, must not specify ${name}`))
    if (allOf.has(resource)) refuse(`${resource}/*`)
    if (onAll.has(subresource)) refuse(`*/${subresource}`)
    if (subresource === '*') allOf.add(resource)
    if (resource === '*') onAll.add(subresource)
  })
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(invalid(path, resources, "if '*/*' is present, must not specify other resources"))
  }
  if (resources.includes('*') && isLastPlain) {
    const why = "if '*' is present, must not specify other resources without subresources"
    errors.push(invalid(path, resources, why))
  }
}

/** validateMatchResources; absent ones are fine here. */
export function checkMatchResources(errors: FieldError[], path: string, match: MatchResources | undefined): void {
  if (!match) return
  const { matchPolicy, namespaceSelector, objectSelector, resourceRules = [], excludeResourceRules = [] } = match
  checkMatchPolicy(errors, `${path}.matchPolicy`, matchPolicy)
  checkLabelSelector(errors, `${path}.namespaceSelector`, namespaceSelector)
  checkLabelSelector(errors, `${path}.objectSelector`, objectSelector)
  resourceRules.forEach((rule, at) => {
    checkNamedRule(errors, `${path}.resourceRules[${at}]`, rule)
  })
  excludeResourceRules.forEach((rule, at) => {
    checkNamedRule(errors, `${path}.excludeResourceRules[${at}]`, rule)
  })
}

const MUTABLE_OPERATIONS = OPERATIONS.filter((operation) => operation !== 'DELETE')

/** What is deleted cannot be changed. */
export function checkMutableOperations(errors: FieldError[], path: string, match: MatchResources | undefined): void {
  for (const operation of (match?.resourceRules ?? []).flatMap(({ operations = [] }) => operations)) {
    checkOneOf(errors, `${path}.resourceRules.operations`, operation, MUTABLE_OPERATIONS)
  }
}

function checkNamedRule(errors: FieldError[], path: string, rule: NamedRuleWithOperations): void {
  const { resourceNames = [] } = rule
  resourceNames.forEach((name, at) => {
    const own = `${path}.resourceNames[${at}]`
    checkName(errors, own, name, pathSegmentName)
    if (resourceNames.indexOf(name) < at) errors.push(duplicate(own, name))
  })
  checkRule(errors, path, rule)
}

/** validateMatchConditions, but for what a compiler of the expressions would find. */
export function checkMatchConditions(
  errors: FieldError[],
  path: string,
  conditions: readonly MatchCondition[] | undefined,
): void {
  const all = conditions ?? []
  if (all.length > MAX_CONDITIONS) errors.push(tooMany(path, all.length, MAX_CONDITIONS))
  const names = all.map(({ name }) => name)
  all.forEach(({ name, expression }, at) => {
    const own = `${path}[${at}]`
    if (isBlank(expression)) errors.push(required(`${own}.expression`))
    if (!name) {
      errors.push(required(`${own}.name`))
      return
    }
    checkName(errors, `${own}.name`, name, qualifiedName)
    if (names.indexOf(name) < at) errors.push(duplicate(`${own}.name`, name))
  })
}

export function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === ''
}

/** validateParamKind. */
export function checkParamKind(errors: FieldError[], path: string, param: ParamKind): void {
  const { apiVersion = '', kind = '' } = param
  checkApiVersion(errors, `${path}.apiVersion`, apiVersion)
  if (kind === '') {
    errors.push(required(`${path}.kind`))
    return
  }
  const why = dns1035Label(kind.toLowerCase())
  if (why.length === 0) return
  errors.push(invalid(`${path}.kind`, kind, `may have mixed case, but should otherwise match: ${why.join(',')}`))
}

function checkApiVersion(errors: FieldError[], path: string, apiVersion: string): void {
  if (apiVersion === '') {
    errors.push(required(path))
    return
  }
  const parts = apiVersion === '/' ? [''] : apiVersion.split('/')
  if (parts.length > 2) {
    errors.push(invalid(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`))
    return
  }
  const [version = '', group = ''] = parts.reverse()
  const inGroup = group === '' ? [] : dns1123Subdomain(group)
  if (inGroup.length > 0) errors.push(invalid(path, group, inGroup.join(',')))
  const inVersion = version === '' ? [] : dns1035Label(version)
  if (version === '') errors.push(invalid(path, apiVersion, 'version must be specified'))
  else if (inVersion.length > 0) errors.push(invalid(path, version, inVersion.join(',')))
}

/** SetDefaults_MatchResources and SetDefaults_Rule. */
export function defaultMatchResources(match: MatchResources | undefined): void {
  if (!match) return
  match.matchPolicy ??= 'Equivalent'
  match.namespaceSelector ??= {}
  match.objectSelector ??= {}
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])]) rule.scope ??= '*'
}
