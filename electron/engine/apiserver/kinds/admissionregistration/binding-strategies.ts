import { nameIsDNSSubdomain, pathSegmentName } from '../../../../../shared/api/names.ts'
import type {
  MutatingAdmissionPolicyBinding,
  MutatingAdmissionPolicyBindingSpec,
  ParamRef,
  ValidatingAdmissionPolicyBinding,
} from '../../../../../shared/api/types/admissionregistration-v1.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { checkLabelSelector, checkName } from '../checks.ts'
import type { KindStrategy } from '../strategy.ts'
import { checkMatchResources, checkMutableOperations, checkOneOf, defaultMatchResources } from './match-rules.ts'

const ACTIONS = ['Audit', 'Deny', 'Warn']
const PARAMETER_ACTIONS = ['Deny', 'Allow']

export const validatingBindingStrategy: KindStrategy<ValidatingAdmissionPolicyBinding> = {
  defaults({ spec }) {
    defaultMatchResources(spec?.matchResources)
  },
  validate: validatingErrors,
  validateUpdate: validatingErrors,
}

export const mutatingBindingStrategy: KindStrategy<MutatingAdmissionPolicyBinding> = {
  defaults({ spec }) {
    defaultMatchResources(spec?.matchResources)
  },
  validate: mutatingErrors,
  validateUpdate: mutatingErrors,
}

function mutatingErrors({ spec }: MutatingAdmissionPolicyBinding): FieldError[] {
  const errors = bindingErrors(spec)
  checkMutableOperations(errors, 'spec.matchResources', spec?.matchResources)
  return errors
}

function validatingErrors({ spec }: ValidatingAdmissionPolicyBinding): FieldError[] {
  return [...bindingErrors(spec), ...actionErrors('spec.validationActions', spec?.validationActions ?? [])]
}

function bindingErrors(spec: MutatingAdmissionPolicyBindingSpec | undefined): FieldError[] {
  const { policyName = '', paramRef, matchResources } = spec ?? {}
  const errors: FieldError[] = []
  if (policyName === '') errors.push(required('spec.policyName'))
  else checkName(errors, 'spec.policyName', policyName, nameIsDNSSubdomain)
  if (paramRef) errors.push(...paramErrors('spec.paramRef', paramRef))
  checkMatchResources(errors, 'spec.matchResources', matchResources)
  return errors
}

function paramErrors(
  path: string,
  { name = '', selector, parameterNotFoundAction: action = '' }: ParamRef,
): FieldError[] {
  const errors: FieldError[] = []
  const exclusive = 'name and selector are mutually exclusive'
  if (name !== '') checkName(errors, `${path}.name`, name, pathSegmentName)
  checkLabelSelector(errors, `${path}.selector`, selector)
  if (name !== '' && selector) {
    errors.push(forbidden(`${path}.name`, exclusive), forbidden(`${path}.selector`, exclusive))
  }
  if (name === '' && !selector) errors.push(required(path, 'one of name or selector must be specified'))
  const own = `${path}.parameterNotFoundAction`
  if (action === '') errors.push(required(own))
  else if (!PARAMETER_ACTIONS.includes(action)) errors.push(notSupported(own, action, PARAMETER_ACTIONS))
  return errors
}

function actionErrors(path: string, actions: readonly string[]): FieldError[] {
  if (actions.length === 0) return [required(path, 'at least one validation action is required')]
  const errors: FieldError[] = []
  actions.forEach((action, at) => {
    checkOneOf(errors, `${path}[${at}]`, action, ACTIONS)
    if (actions.indexOf(action) < at) errors.push(duplicate(`${path}[${at}]`, action))
  })
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const why =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)'
    errors.push(invalid(path, actions, why))
  }
  return errors
}
