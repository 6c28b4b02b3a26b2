import { isIP } from 'node:net'
import { goQuote } from '../../../../shared/api/go-text.ts'
import { labelValue, qualifiedName } from '../../../../shared/api/names.ts'
import { canonicalText, parseQuantity, quantityMilliValue, quantitySign } from '../../../../shared/api/quantity.ts'
import type { LabelSelector, LabelSelectorRequirement } from '../../../../shared/api/types/meta-v1.ts'
import { type FieldError, forbidden, invalid, required, tooLong } from '../machinery/field-error.ts'
import { semanticallyEqual } from '../registry/json-value.ts'

/**
 * Rules that many kinds share. Every function adds what is wrong to `errors` and answers nothing; paths are complete.
 */

export const NOT_NEGATIVE = 'must be greater than or equal to 0'
export const IMMUTABLE = 'field is immutable'

/** One `invalid` per message of a name rule. */
export function checkName(
  errors: FieldError[],
  path: string,
  value: string,
  rule: (value: string, prefix: boolean) => readonly string[],
): void {
  for (const message of rule(value, false)) errors.push(invalid(path, value, message))
}

export function checkNotNegative(errors: FieldError[], path: string, value: number | undefined): void {
  if (value !== undefined && value < 0) errors.push(invalid(path, value, NOT_NEGATIVE))
}

/** ValidateImmutableField; `printed` is what Go prints of the new value, where that is not its JSON. */
export function checkImmutable(
  errors: FieldError[],
  path: string,
  { value, old, printed }: { value: unknown; old: unknown; printed?: () => unknown },
): void {
  if (!semanticallyEqual(value, old)) errors.push(invalid(path, printed === undefined ? value : printed(), IMMUTABLE))
}

/** ValidateLabels. */
export function checkLabels(errors: FieldError[], path: string, labels: Record<string, string> | undefined): void {
  if (labels === undefined) return
  for (const name of Object.keys(labels).sort()) {
    checkName(errors, path, name, qualifiedName)
    checkName(errors, path, labels[name] as string, labelValue)
  }
}

const MAX_ANNOTATIONS_BYTES = 256 * 1024

/** ValidateAnnotations: names in any case, and a limit on all of it. */
export function checkAnnotations(
  errors: FieldError[],
  path: string,
  annotations: Record<string, string> | undefined,
): void {
  if (annotations === undefined) return
  let bytes = 0
  for (const [name, value] of Object.entries(annotations)) {
    for (const message of qualifiedName(name.toLowerCase())) errors.push(invalid(path, name, message))
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value)
  }
  if (bytes > MAX_ANNOTATIONS_BYTES) errors.push(tooLong(path, MAX_ANNOTATIONS_BYTES))
}

/** ValidateLabelSelector; a missing selector is fine here. */
export function checkLabelSelector(
  errors: FieldError[],
  path: string,
  selector: LabelSelector | undefined,
  { allowInvalidValues = false } = {},
): void {
  if (!selector) return
  checkLabels(errors, `${path}.matchLabels`, selector.matchLabels)
  selector.matchExpressions?.forEach((requirement, at) => {
    checkRequirement(errors, `${path}.matchExpressions[${at}]`, requirement, { allowInvalidValues })
  })
}

interface RequirementOptions {
  readonly allowInvalidValues?: boolean
  /** What a newer client may know is left to whoever reads the selector. */
  readonly allowUnknownOperator?: boolean
}

/** ValidateLabelSelectorRequirement. */
export function checkRequirement(
  errors: FieldError[],
  path: string,
  requirement: LabelSelectorRequirement,
  options: RequirementOptions = {},
): void {
  const { key = '', values = [] } = requirement
  checkOperator(errors, path, requirement, options)
  checkName(errors, `${path}.key`, key, qualifiedName)
  if (options.allowInvalidValues) return
  values.forEach((value, position) => {
    checkName(errors, `${path}.values[${position}]`, value, labelValue)
  })
}

/** Whether a selector's operator, of labels or of fields, goes with its values. */
export function checkOperator(
  errors: FieldError[],
  path: string,
  { operator, values = [] }: Pick<LabelSelectorRequirement, 'operator' | 'values'>,
  { allowUnknownOperator = false }: RequirementOptions = {},
): void {
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) {
        errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
      }
      break
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        errors.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
      }
      break
    default:
      if (!allowUnknownOperator) {
        errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'))
      }
  }
}

/** '*' stands for all of them, so it stands alone. */
export function checkWildcard(errors: FieldError[], path: string, values: readonly string[], what: string): void {
  if (values.length < 2 || !values.includes('*')) return
  errors.push(invalid(path, values, `if '*' is present, must not specify other ${what}`))
}

/** IsValidIP: any IPv4 or IPv6 address without a zone, leading zeros in IPv4 allowed as they always were. */
export function checkIP(errors: FieldError[], path: string, value: string): void {
  const address = value.includes('.') ? value.replace(/(^|[.:])0+(?=\d)/g, '$1') : value
  if (isIP(address) === 0 || address.includes('%')) {
    errors.push(invalid(path, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'))
  }
}

/** ValidateNonnegativeQuantity. */
export function checkQuantityNotNegative(errors: FieldError[], path: string, text: string): void {
  const quantity = parseQuantity(text)
  if (quantitySign(quantity) < 0) errors.push(invalid(path, canonicalText(quantity), NOT_NEGATIVE))
}

/** Whether an amount has a part below one. */
export function isFractional(text: string): boolean {
  return quantityMilliValue(parseQuantity(text)) % 1000 !== 0
}

/** Warns of an amount of bytes that has a part below one. */
export function warnOfFraction(warnings: string[], path: string, text: string): void {
  if (!isFractional(text)) return
  const printed = goQuote(canonicalText(parseQuantity(text)))
  warnings.push(`${path}: fractional byte value ${printed} is invalid, must be an integer`)
}
