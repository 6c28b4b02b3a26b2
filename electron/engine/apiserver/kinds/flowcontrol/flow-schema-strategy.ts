import { nameIsDNSLabel, nameIsDNSSubdomain } from '../../../../../shared/api/names.ts'
import type {
  FlowSchema,
  FlowSchemaSpec,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  Subject,
} from '../../../../../shared/api/types/flowcontrol-v1.ts'
import { ownMember } from '../../../../../shared/lang/own-member.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { semanticallyEqual } from '../../registry/json-value.ts'
import { checkName, checkWildcard } from '../checks.ts'
import { emptyToNull } from '../empty-lists.ts'
import { printInternal } from '../internal-form.ts'
import type { KindStrategy } from '../strategy.ts'
import { flowConditionErrors } from './flow-condition-rules.ts'
import { MANDATORY_FLOW_SCHEMAS } from './mandatory-objects.ts'

const MAX_PRECEDENCE = 10_000
const METHODS = ['ByNamespace', 'ByUser']
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch']

export const flowSchemaStrategy: KindStrategy<FlowSchema> = {
  defaults({ spec }) {
    if (spec) spec.matchingPrecedence ||= 1000
    for (const { resourceRules = [] } of spec?.rules ?? []) {
      for (const rule of resourceRules) emptyToNull(rule, 'namespaces')
    }
  },
  validate: schemaErrors,
  validateUpdate: (schema, _old, _context, subresource) =>
    subresource === 'status' ? flowConditionErrors(schema.status?.conditions ?? []) : schemaErrors(schema),
}

function schemaErrors({ metadata, spec, status }: FlowSchema): FieldError[] {
  const { name = '' } = metadata
  const errors = spec ? specErrors(spec, name) : []
  const fixed = ownMember(MANDATORY_FLOW_SCHEMAS, name)
  if (fixed && !semanticallyEqual(spec, fixed)) {
    const printed = printInternal('flowcontrol.v1.FlowSchemaSpec', spec)
    errors.push(invalid('spec', printed, `spec of '${name}' must equal the fixed value`))
  }
  return [...errors, ...flowConditionErrors(status?.conditions ?? [])]
}

function specErrors(spec: FlowSchemaSpec, name: string): FieldError[] {
  const { matchingPrecedence: precedence = 0, distinguisherMethod: method, rules = [] } = spec
  const errors: FieldError[] = []
  const path = 'spec.matchingPrecedence'
  if (precedence <= 0) errors.push(invalid(path, precedence, 'must be a positive value'))
  if (precedence > MAX_PRECEDENCE) {
    errors.push(invalid(path, precedence, `must not be greater than ${MAX_PRECEDENCE}`))
  }
  if (precedence === 1 && name !== 'exempt') {
    errors.push(invalid(path, precedence, "only the schema named 'exempt' may have matchingPrecedence 1"))
  }
  if (method && !METHODS.includes(method.type)) {
    const printed = printInternal('flowcontrol.v1.FlowDistinguisherMethod', method)
    errors.push(notSupported('spec.distinguisherMethod.type', printed, METHODS))
  }
  const level = spec.priorityLevelConfiguration?.name ?? ''
  const own = 'spec.priorityLevelConfiguration.name'
  if (level === '') errors.push(required(own, 'must reference a priority level'))
  else checkName(errors, own, level, nameIsDNSSubdomain)
  return [...errors, ...rules.flatMap((rule, at) => ruleErrors(`spec.rules[${at}]`, rule))]
}

function ruleErrors(path: string, rule: PolicyRulesWithSubjects): FieldError[] {
  const { resourceRules = [], nonResourceRules = [] } = rule
  const subjects = rule.subjects ?? []
  const errors: FieldError[] = []
  if (subjects.length === 0) errors.push(required(`${path}.subjects`, 'subjects must contain at least one value'))
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    errors.push(required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'))
  }
  return [
    ...errors,
    ...subjects.flatMap((subject, at) => subjectErrors(`${path}.subjects[${at}]`, subject)),
    ...resourceRules.flatMap((each, at) => resourceRuleErrors(`${path}.resourceRules[${at}]`, each)),
    ...nonResourceRules.flatMap((each, at) => nonResourceRuleErrors(`${path}.nonResourceRules[${at}]`, each)),
  ]
}

const SUBJECT_KINDS = ['Group', 'ServiceAccount', 'User']
const SUBJECT_FIELDS = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' } as const

function subjectErrors(path: string, subject: Subject): FieldError[] {
  const { kind = '' } = subject
  if (!SUBJECT_KINDS.includes(kind)) return [notSupported(`${path}.kind`, kind, SUBJECT_KINDS)]
  const errors: FieldError[] = []
  for (const [each, field] of Object.entries(SUBJECT_FIELDS)) {
    if (each === kind && !subject[field]) {
      errors.push(required(`${path}.${field}`, `${field} is required when subject kind is '${each}'`))
    }
    if (each !== kind && subject[field]) {
      errors.push(forbidden(`${path}.${field}`, `${field} is forbidden when subject kind is not '${each}'`))
    }
  }
  const field = SUBJECT_FIELDS[kind as keyof typeof SUBJECT_FIELDS]
  if (subject[field] && !subject[field].name) errors.push(required(`${path}.${field}.name`))
  if (field === 'serviceAccount' && subject.serviceAccount) {
    const { name, namespace } = subject.serviceAccount
    const own = `${path}.serviceAccount`
    if (name && name !== '*') checkName(errors, `${own}.name`, name, nameIsDNSSubdomain)
    if (namespace) checkName(errors, `${own}.namespace`, namespace, nameIsDNSLabel)
    else errors.push(required(`${own}.namespace`, 'must specify namespace for service account'))
  }
  return errors
}

function checkVerbs(errors: FieldError[], path: string, verbs: readonly string[]): void {
  if (verbs.length === 0) errors.push(required(path, 'verbs must contain at least one value'))
  else if (verbs.includes('*')) checkWildcard(errors, path, verbs, 'verbs')
  else if (!verbs.every((verb) => VERBS.includes(verb))) errors.push(notSupported(path, verbs, VERBS))
}

function resourceRuleErrors(path: string, rule: ResourcePolicyRule): FieldError[] {
  const errors: FieldError[] = []
  checkVerbs(errors, `${path}.verbs`, rule.verbs ?? [])
  const supply = (field: 'apiGroups' | 'resources', one: string, many: string) => {
    const values = rule[field] ?? []
    if (values.length === 0) errors.push(required(`${path}.${field}`, `resource rules must supply at least one ${one}`))
    checkWildcard(errors, `${path}.${field}`, values, many)
  }
  supply('apiGroups', 'api group', 'api groups')
  supply('resources', 'resource', 'resources')
  const own = `${path}.namespaces`
  const namespaces = rule.namespaces ?? []
  if (namespaces.length === 0 && !rule.clusterScope) {
    const why = 'resource rules that are not cluster scoped must supply at least one namespace'
    errors.push(required(own, why))
  }
  checkWildcard(errors, own, namespaces, 'namespaces')
  if (namespaces.includes('*')) return errors
  namespaces.forEach((namespace, at) => {
    for (const why of nameIsDNSLabel(namespace, false)) {
      const rules = "each member of this list must be '*' or a DNS-1123 label"
      errors.push(invalid(`${own}[${at}]`, namespace, `${rules}; ${why}`))
    }
  })
  return errors
}

function nonResourceRuleErrors(path: string, rule: NonResourcePolicyRule): FieldError[] {
  const errors: FieldError[] = []
  checkVerbs(errors, `${path}.verbs`, rule.verbs ?? [])
  const own = `${path}.nonResourceURLs`
  const urls = rule.nonResourceURLs ?? []
  if (urls.length === 0) errors.push(required(own, 'nonResourceURLs must contain at least one value'))
  checkWildcard(errors, own, urls, 'non-resource URLs')
  if (urls.includes('*')) return errors
  urls.forEach((url, at) => {
    const problem = urlProblem(url)
    if (problem !== '') errors.push(invalid(`${own}[${at}]`, url, problem))
  })
  return errors
}

/** ValidateNonResourceURLPath: the first of what is wrong, "" for nothing. */
function urlProblem(url: string): string {
  if (url === '/') return ''
  if (url === '') return 'must not be empty'
  if (!url.startsWith('/')) return 'must start with slash'
  if (url.includes(' ')) return 'must not contain white-space'
  if (url.includes('//')) return 'must not contain double slash'
  return /^[^*]*(\/\*)?$/.test(url) ? '' : 'wildcard can only do suffix matching'
}
