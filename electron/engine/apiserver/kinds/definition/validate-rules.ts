import type { JSONSchemaProps, ValidationRule } from '../../../../../shared/api/types/apiextensions-v1.ts'
import { type FieldError, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { fieldAt } from './schema-path.ts'

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']
const MAX_MESSAGE = 2048

/** What can be said of rules in the Common Expression Language without reading the expressions. */
export function ruleErrors(schema: JSONSchemaProps, path: string): FieldError[] {
  const rules = (schema['x-kubernetes-validations'] ?? []) as readonly (ValidationRule | null)[]
  return rules.flatMap((rule, at) => oneRule(rule ?? { rule: '' }, schema, `${path}.x-kubernetes-validations[${at}]`))
}

function oneRule(rule: ValidationRule, schema: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [...textErrors(rule, path)]
  const { messageExpression = '', reason, fieldPath = '' } = rule
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errors.push(required(`${path}.messageExpression`, 'must be non-empty if specified'))
  }
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, REASONS))
  if (fieldPath === '') return errors
  const own = `${path}.fieldPath`
  if (fieldPath.trim() === '') errors.push(invalid(own, fieldPath, 'must be non-empty if specified'))
  else if (hasLineBreak(fieldPath)) errors.push(invalid(own, fieldPath, 'must not contain line breaks'))
  else if ('why' in fieldAt(fieldPath, schema, true)) errors.push(invalid(own, fieldPath, 'must be a valid path'))
  return errors
}

function textErrors({ rule = '', message = '' }: ValidationRule, path: string): FieldError[] {
  const own = `${path}.message`
  if (rule.trim() === '') return [required(`${path}.rule`, 'rule is not specified')]
  if (message !== '' && message.trim() === '') return [invalid(own, message, 'must be non-empty if specified')]
  if (message.length > MAX_MESSAGE) {
    return [invalid(own, `${message.slice(0, 10)}...`, `must have a maximum length of ${MAX_MESSAGE} characters`)]
  }
  if (hasLineBreak(message.trim())) return [invalid(own, message, 'must not contain line breaks')]
  if (hasLineBreak(rule.trim()) && message === '') {
    return [required(own, 'message must be specified if rule contains line breaks')]
  }
  return []
}

function hasLineBreak(text: string): boolean {
  return /[\n\r]/.test(text)
}
