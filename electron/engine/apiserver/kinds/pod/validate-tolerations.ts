import { labelValue, qualifiedName } from '../../../../../shared/api/names.ts'
import type { Toleration } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, invalid, notSupported } from '../../machinery/field-error.ts'
import { checkName } from '../checks.ts'

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
const OPERATORS = ['Equal', 'Exists']
/** Comparing numbers is known, but not enabled. */
const COMPARISONS = ['Lt', 'Gt']

/** ValidateTolerations. */
export function checkTolerations(
  errors: FieldError[],
  path: string,
  tolerations: readonly Toleration[] | undefined,
): void {
  tolerations?.forEach((toleration, at) => {
    const own = `${path}[${at}]`
    const { key, operator = '', effect = '', tolerationSeconds } = toleration
    if (key) checkName(errors, `${own}.key`, key, qualifiedName)
    else if (operator !== 'Exists') {
      const message = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
      errors.push(invalid(`${own}.operator`, operator, message))
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.push(invalid(`${own}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"))
    }
    checkOperator(errors, `${own}.operator`, toleration)
    if (effect !== '' && !EFFECTS.includes(effect)) errors.push(notSupported(`${own}.effect`, effect, EFFECTS))
  })
}

function checkOperator(errors: FieldError[], path: string, { operator = '', value = '' }: Toleration): void {
  if (operator === '' || operator === 'Equal') {
    const messages = labelValue(value)
    if (messages.length > 0) errors.push(invalid(path, value, messages.join(';')))
  } else if (operator === 'Exists') {
    if (value !== '') errors.push(invalid(path, value, "value must be empty when `operator` is 'Exists'"))
  } else {
    const known = COMPARISONS.includes(operator) ? [...OPERATORS, ...COMPARISONS] : OPERATORS
    errors.push(notSupported(path, operator, known))
  }
}
