import { percent } from '../../../../../shared/api/names.ts'
import { type FieldError, invalid } from '../../machinery/field-error.ts'
import { checkNotNegative } from '../checks.ts'

export type IntOrString = number | string

/** ValidatePositiveIntOrPercent. */
export function checkIntOrPercent(errors: FieldError[], path: string, value: IntOrString): void {
  if (typeof value === 'number') checkNotNegative(errors, path, value)
  else for (const message of percent(value)) errors.push(invalid(path, value, message))
}

/** IsNotMoreThan100Percent. */
export function checkAtMost100Percent(errors: FieldError[], path: string, value: IntOrString): void {
  if (typeof value === 'string' && percent(value).length === 0 && Number.parseInt(value, 10) > 100) {
    errors.push(invalid(path, value, 'must not be greater than 100%'))
  }
}

/** getIntOrPercentValue: percents and numbers alike; what is neither counts as 0. */
export function intOrPercent(value: IntOrString): number {
  if (typeof value === 'number') return value
  if (percent(value).length === 0) return Number.parseInt(value, 10)
  return /^[+-]?[0-9]+$/.test(value) ? Number.parseInt(value, 10) : 0
}
