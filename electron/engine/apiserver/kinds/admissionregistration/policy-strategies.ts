import { goJson } from '../../../../../shared/api/go-text.ts'
import { qualifiedName } from '../../../../../shared/api/names.ts'
import type {
  AuditAnnotation,
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicySpec,
  Mutation,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicySpec,
  Validation,
  Variable,
} from '../../../../../shared/api/types/admissionregistration-v1.ts'
import {
  duplicate,
  type FieldError,
  invalid,
  notSupported,
  PrintedValue,
  required,
} from '../../machinery/field-error.ts'
import { equalJson } from '../../registry/json-value.ts'
import { checkName } from '../checks.ts'
import { conditionsErrors } from '../condition-rules.ts'
import type { KindStrategy } from '../strategy.ts'
import {
  checkFailurePolicy,
  checkMatchConditions,
  checkMatchResources,
  checkMutableOperations,
  checkOneOf,
  checkParamKind,
  defaultMatchResources,
  isBlank,
} from './match-rules.ts'

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const REINVOCATION_POLICIES = ['IfNeeded', 'Never']
const MAX_AUDIT_ANNOTATIONS = 20
const MAX_VALUE_EXPRESSION_BYTES = 5 * 1024

/** Policies, but for what a compiler of their expressions would find. */
export const validatingPolicyStrategy: KindStrategy<ValidatingAdmissionPolicy> = {
  defaults: ({ spec }) => fillIn(spec),
  validate: (policy) => validatingErrors(policy, true),
  validateUpdate(policy, old, _context, subresource) {
    if (subresource !== '') return statusErrors(policy)
    return validatingErrors(policy, !hasSameConditions(policy.spec, old.spec))
  },
}

function statusErrors({ status = {} }: ValidatingAdmissionPolicy): FieldError[] {
  const errors = (status.typeChecking?.expressionWarnings ?? []).flatMap(({ fieldRef, warning }, at) => {
    const path = `status.typeChecking.expressionWarnings[${at}]`
    return [
      ...(warning ? [] : [required(`${path}.warning`)]),
      ...(isBlank(fieldRef) ? [required(`${path}.fieldRef`)] : []),
    ]
  })
  return [...errors, ...conditionsErrors('status.conditions', status.conditions ?? [])]
}

export const mutatingPolicyStrategy: KindStrategy<MutatingAdmissionPolicy> = {
  defaults: ({ spec }) => fillIn(spec),
  validate: (policy) => mutatingErrors(policy, true),
  validateUpdate: (policy, old) => mutatingErrors(policy, !hasSameConditions(policy.spec, old.spec)),
}

type PolicySpec = Pick<
  ValidatingAdmissionPolicySpec & MutatingAdmissionPolicySpec,
  'failurePolicy' | 'matchConditions' | 'matchConstraints' | 'paramKind' | 'variables'
>

function fillIn(spec: PolicySpec | undefined): void {
  if (!spec) return
  spec.failurePolicy ??= 'Fail'
  defaultMatchResources(spec.matchConstraints)
}

function hasSameConditions(spec: PolicySpec | undefined, old: PolicySpec | undefined): boolean {
  return equalJson(spec?.paramKind, old?.paramKind) && equalJson(spec?.matchConditions, old?.matchConditions)
}

function policyErrors(spec: PolicySpec, looksAtConditions: boolean): FieldError[] {
  const { failurePolicy, paramKind, matchConstraints, matchConditions } = spec
  const errors: FieldError[] = []
  checkFailurePolicy(errors, 'spec.failurePolicy', failurePolicy)
  if (paramKind) checkParamKind(errors, 'spec.paramKind', paramKind)
  checkConstraints(errors, 'spec.matchConstraints', matchConstraints)
  if (looksAtConditions) checkMatchConditions(errors, 'spec.matchConditions', matchConditions)
  return errors
}

function checkConstraints(errors: FieldError[], path: string, constraints: MatchResources | undefined): void {
  if (!constraints) {
    errors.push(required(path))
    return
  }
  checkMatchResources(errors, path, constraints)
  if (!constraints.resourceRules?.length) errors.push(required(`${path}.resourceRules`))
}

const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/
const RESERVED: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

function variableErrors(path: string, { name, expression }: Variable, notAnIdentifier: string): FieldError[] {
  const errors: FieldError[] = []
  if (isBlank(name)) errors.push(required(`${path}.name`, 'name is not specified'))
  else if (!IDENTIFIER.test(name) || RESERVED.has(name)) errors.push(invalid(`${path}.name`, name, notAnIdentifier))
  if (isBlank(expression)) errors.push(required(`${path}.expression`, 'expression is not specified'))
  return errors
}

function validatingErrors(
  { metadata, spec = {} }: ValidatingAdmissionPolicy,
  looksAtConditions: boolean,
): FieldError[] {
  const { validations = [], auditAnnotations = [], variables = [] } = spec
  const errors = policyErrors(spec, looksAtConditions)
  variables.forEach((variable, at) => {
    errors.push(...variableErrors(`spec.variables[${at}]`, variable, 'name is not a valid CEL identifier'))
  })
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const why = 'validations or auditAnnotations must contain at least one item'
    return [...errors, required('spec.validations', why), required('spec.auditAnnotations', why)]
  }
  validations.forEach((validation, at) => {
    errors.push(...validationErrors(`spec.validations[${at}]`, validation))
  })
  return [...errors, ...auditErrors('spec.auditAnnotations', auditAnnotations, metadata.name ?? '')]
}

function validationErrors(path: string, validation: Validation): FieldError[] {
  const { expression, message = '', messageExpression = '', reason } = validation
  const errors: FieldError[] = []
  if (isBlank(expression)) errors.push(required(`${path}.expression`, 'expression is not specified'))
  if (messageExpression !== '' && isBlank(messageExpression)) {
    errors.push(invalid(`${path}.messageExpression`, messageExpression, 'must be non-empty if specified'))
  }
  if (message !== '' && isBlank(message)) {
    errors.push(invalid(`${path}.message`, message, 'must be non-empty if specified'))
  } else if (/[\n\r]/.test(message.trim())) {
    errors.push(invalid(`${path}.message`, message, 'message must not contain line breaks'))
  }
  checkOneOf(errors, `${path}.reason`, reason, REASONS)
  return errors
}

function auditErrors(path: string, annotations: readonly AuditAnnotation[], policy: string): FieldError[] {
  const errors: FieldError[] = []
  if (annotations.length > MAX_AUDIT_ANNOTATIONS) {
    const printed = annotations.map(({ key, valueExpression }) => ({ Key: key, ValueExpression: valueExpression }))
    const why = `must not have more than ${MAX_AUDIT_ANNOTATIONS} auditAnnotations`
    errors.push(invalid(path, new PrintedValue(goJson(printed)), why))
  }
  annotations.forEach(({ key = '', valueExpression = '' }, at) => {
    const own = `${path}[${at}]`
    if (policy === '') errors.push(invalid(`${own}.key`, key, 'requires metadata.name be non-empty'))
    else checkName(errors, `${own}.key`, `${policy}/${key}`, qualifiedName)
    if (isBlank(valueExpression)) errors.push(required(`${own}.valueExpression`, 'valueExpression is not specified'))
    else if (Buffer.byteLength(valueExpression.trim()) > MAX_VALUE_EXPRESSION_BYTES) {
      errors.push(required(`${own}.valueExpression`, `must not exceed ${MAX_VALUE_EXPRESSION_BYTES} bytes in length`))
    }
    if (annotations.findIndex((other) => other.key === key) < at) errors.push(duplicate(`${own}.key`, key))
  })
  return errors
}

function mutatingErrors({ spec = {} }: MutatingAdmissionPolicy, looksAtConditions: boolean): FieldError[] {
  const { mutations = [], variables = [], reinvocationPolicy = '' } = spec
  const errors = policyErrors(spec, looksAtConditions)
  checkMutableOperations(errors, 'spec.matchConstraints', spec.matchConstraints)
  variables.forEach((variable, at) => {
    errors.push(...variableErrors(`spec.variables[${at}]`, variable, 'must be a valid CEL identifier'))
  })
  if (mutations.length === 0) errors.push(required('spec.mutations', 'mutations must contain at least one item'))
  mutations.forEach((mutation, at) => {
    errors.push(...mutationErrors(`spec.mutations[${at}]`, mutation))
  })
  if (reinvocationPolicy === '') errors.push(required('spec.reinvocationPolicy'))
  else checkOneOf(errors, 'spec.reinvocationPolicy', reinvocationPolicy, REINVOCATION_POLICIES)
  return errors
}

const PATCH_TYPES = ['ApplyConfiguration', 'JSONPatch']

function mutationErrors(path: string, mutation: Mutation): FieldError[] {
  const { patchType } = mutation
  if (!patchType) return [required(`${path}.patchType`)]
  if (!PATCH_TYPES.includes(patchType)) return [notSupported(`${path}.patchType`, patchType, PATCH_TYPES)]
  const isPatch = patchType === 'JSONPatch'
  const own = isPatch ? 'jsonPatch' : 'applyConfiguration'
  const foreign = isPatch ? 'applyConfiguration' : 'jsonPatch'
  const errors: FieldError[] = []
  if (mutation[foreign]) {
    const why = `must not be specified when patchType is ${patchType}`
    errors.push(invalid(`${path}.${foreign}`, `{${foreign}}`, why))
  }
  const chosen = mutation[own]
  if (!chosen) errors.push(required(`${path}.${own}`, `must be specified when patchType is ${patchType}`))
  else if (isBlank(chosen.expression)) errors.push(required(`${path}.${own}.expression`))
  return errors
}
