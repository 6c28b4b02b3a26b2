import type {
  ResourceQuota,
  ResourceQuotaSpec,
  ScopedResourceSelectorRequirement,
} from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, invalid, required } from '../../machinery/field-error.ts'
import { semanticallyEqual } from '../../registry/json-value.ts'
import { printInternal } from '../internal-form.ts'
import { resourceAmountErrors } from '../resource-amounts.ts'
import type { KindStrategy } from '../strategy.ts'
import { quotaResourceNameErrors } from './resource-name-rules.ts'

const SCOPES: ReadonlySet<string> = new Set([
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
])
const OPPOSITES = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const
/** What quotas of pods with a certain quality may count. */
const COMPUTE: ReadonlySet<string> = new Set([
  'pods',
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
])
const EXISTS_ONLY: ReadonlySet<string> = new Set([
  'BestEffort',
  'NotBestEffort',
  'Terminating',
  'NotTerminating',
  'CrossNamespacePodAffinity',
])

export const resourceQuotaStrategy: KindStrategy<ResourceQuota> = {
  validate: ({ spec = {} }) => specErrors(spec),
  validateUpdate({ spec = {}, status }, old, _context, subresource) {
    if (subresource === 'status') {
      return [...listErrors('status.hard', status?.hard), ...listErrors('status.used', status?.used)]
    }
    const errors = specErrors(spec)
    const scopes = (list: readonly string[] = []) => [...new Set(list)].sort()
    if (semanticallyEqual(scopes(spec.scopes), scopes(old.spec?.scopes))) return errors
    return [...errors, invalid('spec.scopes', spec.scopes, 'field is immutable')]
  },
}

function specErrors(spec: ResourceQuotaSpec): FieldError[] {
  return [...listErrors('spec.hard', spec.hard), ...scopeErrors(spec), ...selectorErrors(spec)]
}

function listErrors(path: string, list: Readonly<Record<string, string>> = {}): FieldError[] {
  return Object.entries(list).flatMap(([name, text]) => [
    ...quotaResourceNameErrors(`${path}[${name}]`, name),
    ...resourceAmountErrors(`${path}[${name}]`, name, text),
  ])
}

function countsOnly(scope: string, resource: string): boolean {
  if (scope === 'BestEffort') return resource === 'pods'
  if (scope === 'VolumeAttributesClass') return resource === 'persistentvolumeclaims' || resource.includes('storage')
  return COMPUTE.has(resource)
}

function scopeErrors(spec: ResourceQuotaSpec): FieldError[] {
  const { scopes = [], hard = {} } = spec
  const path = 'spec.scopes'
  const errors: FieldError[] = []
  for (const scope of scopes) {
    if (!SCOPES.has(scope)) errors.push(invalid(path, scopes, 'unsupported scope'))
    for (const resource of Object.keys(hard)) {
      if (isStandard(resource) && !countsOnly(scope, resource)) {
        errors.push(invalid(path, scopes, 'unsupported scope applied to resource'))
      }
    }
  }
  for (const pair of OPPOSITES) {
    if (pair.every((scope) => scopes.includes(scope))) errors.push(invalid(path, scopes, 'conflicting scopes'))
  }
  return errors
}

function isStandard(resource: string): boolean {
  return quotaResourceNameErrors('', resource).length === 0 && !resource.includes('/')
}

function selectorErrors(spec: ResourceQuotaSpec): FieldError[] {
  const { scopeSelector, hard = {} } = spec
  if (!scopeSelector) return []
  const path = 'spec.scopeSelector.matchExpressions'
  const printed = printInternal('core.v1.ScopeSelector', scopeSelector)
  const errors: FieldError[] = []
  const expressions = scopeSelector.matchExpressions ?? []
  for (const expression of expressions) {
    errors.push(...expressionErrors(path, expression))
    for (const resource of Object.keys(hard)) {
      if (isStandard(resource) && !countsOnly(expression.scopeName, resource)) {
        errors.push(invalid(path, printed, 'unsupported scope applied to resource'))
      }
    }
  }
  const names = expressions.map(({ scopeName }) => scopeName)
  for (const pair of OPPOSITES) {
    if (pair.every((scope) => names.includes(scope))) errors.push(invalid(path, printed, 'conflicting scopes'))
  }
  return errors
}

function expressionErrors(path: string, expression: ScopedResourceSelectorRequirement): FieldError[] {
  const { scopeName, operator, values = [] } = expression
  const errors: FieldError[] = []
  if (!SCOPES.has(scopeName)) errors.push(invalid(`${path}.scopeName`, scopeName, 'unsupported scope'))
  if (EXISTS_ONLY.has(scopeName) && operator !== 'Exists') {
    const scopes =
      'ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity'
    errors.push(invalid(`${path}.operator`, operator, `must be 'Exists' when scope is any of ${scopes}`))
  }
  if (operator === 'In' || operator === 'NotIn') {
    const why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
    if (values.length === 0) errors.push(required(`${path}.values`, why))
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
    if (values.length > 0) errors.push(invalid(`${path}.values`, values, why))
  } else errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'))
  return errors
}
