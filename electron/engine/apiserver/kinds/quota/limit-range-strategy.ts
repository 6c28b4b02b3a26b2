import { qualifiedName } from '../../../../../shared/api/names.ts'
import { compareQuantities, parseQuantity, type Quantity, quantityFloat } from '../../../../../shared/api/quantity.ts'
import type { LimitRange, LimitRangeItem } from '../../../../../shared/api/types/core-v1.ts'
import { duplicate, type FieldError, forbidden, invalid, required } from '../../machinery/field-error.ts'
import { emptyToNull } from '../empty-lists.ts'
import { isOvercommitAllowed } from '../pod/resource-names.ts'
import type { KindStrategy } from '../strategy.ts'
import { containerResourceNameErrors, resourceNameErrors } from './resource-name-rules.ts'

const TYPES: ReadonlySet<string> = new Set(['Pod', 'Container', 'PersistentVolumeClaim'])

export const limitRangeStrategy: KindStrategy<LimitRange> = {
  createOnUpdate: true,
  namesItself: true,
  defaults({ spec }) {
    if (spec) emptyToNull(spec, 'limits')
    for (const item of spec?.limits ?? []) if (item.type === 'Container') fillDefaults(item)
  },
  validate,
  validateUpdate: validate,
}

/** A container's limit defaults to its maximum, its request to its limit or minimum. */
function fillDefaults(item: LimitRangeItem): void {
  const limits = { ...item.max, ...item.default }
  const requests = { ...item.min, ...limits, ...item.defaultRequest }
  if (Object.keys(limits).length > 0) item.default = limits
  if (Object.keys(requests).length > 0) item.defaultRequest = requests
}

function validate({ spec }: LimitRange): FieldError[] {
  const seen = new Set<string>()
  return (spec?.limits ?? []).flatMap((item, at) => {
    const path = `spec.limits[${at}]`
    const errors = typeErrors(`${path}.type`, item.type)
    if (seen.has(item.type)) errors.push(duplicate(`${path}.type`, item.type))
    seen.add(item.type)
    return [...errors, ...nameErrors(path, item), ...amountErrors(path, item)]
  })
}

function typeErrors(path: string, type: string): FieldError[] {
  const errors = qualifiedName(type).map((why) => invalid(path, type, why))
  if (errors.length > 0 || type.includes('/') || TYPES.has(type)) return errors
  return [invalid(path, type, 'must be a standard limit type or fully qualified')]
}

const FIELDS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const

function nameErrors(path: string, item: LimitRangeItem): FieldError[] {
  const { type } = item
  const rule = type === 'Pod' || type === 'Container' ? containerResourceNameErrors : resourceNameErrors
  const errors: FieldError[] = []
  for (const field of FIELDS) {
    const names = Object.keys(item[field] ?? {})
    if (type === 'Pod' && (field === 'default' || field === 'defaultRequest')) {
      if (names.length > 0) errors.push(forbidden(`${path}.${field}`, "may not be specified when `type` is 'Pod'"))
    } else errors.push(...names.flatMap((name) => rule(`${path}.${field}[${name}]`, name)))
  }
  const needsStorage = type === 'PersistentVolumeClaim' && !item.min?.storage && !item.max?.storage
  if (needsStorage) {
    const why = 'either minimum or maximum storage value is required, but neither was provided'
    errors.push(required(`${path}.limits`, why))
  }
  return errors
}

type Field = (typeof FIELDS)[number]

/** Which amounts may not be above which, where the error points, and what it says. */
const ORDER: readonly { low: Field; high: Field; at: Field; value: Field; text: string }[] = [
  { low: 'min', high: 'max', at: 'min', value: 'min', text: 'min value LOW is greater than max value HIGH' },
  {
    low: 'min',
    high: 'defaultRequest',
    at: 'defaultRequest',
    value: 'defaultRequest',
    text: 'min value LOW is greater than default request value HIGH',
  },
  {
    low: 'defaultRequest',
    high: 'max',
    at: 'defaultRequest',
    value: 'defaultRequest',
    text: 'default request value LOW is greater than max value HIGH',
  },
  {
    low: 'defaultRequest',
    high: 'default',
    at: 'defaultRequest',
    value: 'defaultRequest',
    text: 'default request value LOW is greater than default limit value HIGH',
  },
  {
    low: 'min',
    high: 'default',
    at: 'default',
    value: 'min',
    text: 'min value LOW is greater than default value HIGH',
  },
  {
    low: 'default',
    high: 'max',
    at: 'default',
    value: 'max',
    text: 'default value LOW is greater than max value HIGH',
  },
]

function amountErrors(path: string, item: LimitRangeItem): FieldError[] {
  const used = item.type === 'Pod' ? { ...item, default: {}, defaultRequest: {} } : item
  const names = new Set(FIELDS.flatMap((field) => Object.keys(used[field] ?? {})))
  return [...names].flatMap((name) => {
    const text = (field: Field) => used[field]?.[name]
    const errors: FieldError[] = []
    for (const { low, high, at, value, text: words } of ORDER) {
      const [below, above] = [text(low), text(high)]
      if (below === undefined || above === undefined || !isGreater(below, above)) continue
      errors.push(invalid(`${path}.${at}[${name}]`, text(value), words.replace('LOW', below).replace('HIGH', above)))
    }
    errors.push(...ratioErrors(`${path}.maxLimitRequestRatio[${name}]`, text))
    const [limit, request] = [text('default'), text('defaultRequest')]
    if (!isOvercommitAllowed(name) && limit && request && limit !== request) {
      const why = `default value ${limit} must equal to defaultRequest value ${request} in ${name}`
      errors.push(invalid(`${path}.defaultRequest[${name}]`, request, why))
    }
    return errors
  })
}

function isGreater(left: string, right: string): boolean {
  return compareQuantities(parseQuantity(left), parseQuantity(right)) > 0
}

const ONE: Quantity = parseQuantity('1')

function ratioErrors(path: string, text: (field: Field) => string | undefined): FieldError[] {
  const ratio = text('maxLimitRequestRatio')
  if (ratio === undefined) return []
  const errors: FieldError[] = []
  if (compareQuantities(parseQuantity(ratio), ONE) < 0) {
    errors.push(invalid(path, ratio, `ratio ${ratio} is less than 1`))
  }
  const [min, max] = [text('min'), text('max')]
  if (min === undefined || max === undefined) return errors
  const limit = quantityFloat(parseQuantity(max)) / quantityFloat(parseQuantity(min))
  if (quantityFloat(parseQuantity(ratio)) > limit) {
    errors.push(invalid(path, ratio, `ratio ${ratio} is greater than max/min = ${limit.toFixed(6)}`))
  }
  return errors
}
