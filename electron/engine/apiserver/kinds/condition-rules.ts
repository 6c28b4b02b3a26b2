import { qualifiedName } from '../../../../shared/api/names.ts'
import type { Condition } from '../../../../shared/api/types/meta-v1.ts'
import { duplicate, type FieldError, invalid, notSupported, required, tooLong } from '../machinery/field-error.ts'

const STATUSES = ['False', 'True', 'Unknown']
const REASON = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/
const REASON_RULE =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'"
const REASON_HELP = `${REASON_RULE} (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')`
const MAX_REASON = 1024
const MAX_MESSAGE = 32 * 1024

/** ValidateConditions of metav1.Conditions. */
export function conditionsErrors(path: string, conditions: readonly Condition[]): FieldError[] {
  const types = conditions.map(({ type }) => type)
  return conditions.flatMap((condition, at) => [
    ...(types.indexOf(condition.type) < at ? [duplicate(`${path}[${at}].type`, condition.type)] : []),
    ...conditionErrors(`${path}[${at}]`, condition),
  ])
}

function conditionErrors(path: string, condition: Condition): FieldError[] {
  const { type = '', status = '', observedGeneration = 0, lastTransitionTime, reason = '', message = '' } = condition
  const errors = qualifiedName(type).map((why) => invalid(`${path}.type`, type, why))
  if (!STATUSES.includes(status)) errors.push(notSupported(`${path}.status`, status, STATUSES))
  if (observedGeneration < 0) {
    errors.push(invalid(`${path}.observedGeneration`, observedGeneration, 'must be greater than or equal to zero'))
  }
  if (!lastTransitionTime) errors.push(required(`${path}.lastTransitionTime`, 'must be set'))
  if (reason === '') errors.push(required(`${path}.reason`))
  else {
    if (!REASON.test(reason)) errors.push(invalid(`${path}.reason`, reason, REASON_HELP))
    if (reason.length > MAX_REASON) errors.push(tooLong(`${path}.reason`, MAX_REASON))
  }
  if (message.length > MAX_MESSAGE) errors.push(tooLong(`${path}.message`, MAX_MESSAGE))
  return errors
}
