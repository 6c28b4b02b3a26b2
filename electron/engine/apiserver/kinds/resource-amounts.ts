import { canonicalText, parseQuantity, quantitySign, scaledValue } from '../../../../shared/api/quantity.ts'
import { type FieldError, invalid } from '../machinery/field-error.ts'
import { NOT_NEGATIVE } from './checks.ts'
import { isIntegerResource } from './pod/resource-names.ts'

/** ValidateResourceQuantityValue. */
export function resourceAmountErrors(path: string, name: string, text: string): FieldError[] {
  const amount = parseQuantity(text)
  const errors: FieldError[] = []
  if (quantitySign(amount) < 0) errors.push(invalid(path, canonicalText(amount), NOT_NEGATIVE))
  if (isIntegerResource(name) && scaledValue(amount, -3) % 1000n !== 0n) {
    errors.push(invalid(path, canonicalText(amount), 'must be an integer'))
  }
  return errors
}
