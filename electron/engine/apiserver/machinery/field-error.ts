import { goJson, goQuote } from '../../../../shared/api/go-text.ts'

/** field.ErrorType of k8s.io/apimachinery, as it appears in a StatusCause's reason. */
export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooShort'
  | 'FieldValueTooMany'
  | 'FieldValueTooFew'
  | 'InternalError'
  | 'FieldValueTypeInvalid'

/** One violated rule: `field` is a path such as "spec.containers[0].name", `message` the cause's full text. */
export interface FieldError {
  readonly type: FieldErrorType
  readonly field: string
  readonly message: string
}

/** A bad value whose printed text is given as it is: what Go prints for internal types or values we do not hold. */
export class PrintedValue {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** field.Path.Child; an empty path is the root. Paths are plain strings: joining is cheap and nothing is parsed back. */
export function child(path: string, ...names: string[]): string {
  return path === '' ? names.join('.') : `${path}.${names.join('.')}`
}

/** field.Path.Index. */
export function index(path: string, position: number): string {
  return `${path}[${position}]`
}

/** field.Path.Key, for maps. */
export function key(path: string, name: string): string {
  return `${path}[${name}]`
}

export function required(field: string, detail = ''): FieldError {
  return make('FieldValueRequired', field, 'Required value', detail)
}

export function invalid(field: string, value: unknown, detail: string): FieldError {
  return make('FieldValueInvalid', field, `Invalid value: ${printValue(value)}`, detail)
}

export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return make('FieldValueTypeInvalid', field, `Invalid value: ${printValue(value)}`, detail)
}

export function duplicate(field: string, value: unknown): FieldError {
  return make('FieldValueDuplicate', field, `Duplicate value: ${printValue(value)}`, '')
}

export function notFound(field: string, value: unknown): FieldError {
  return make('FieldValueNotFound', field, `Not found: ${printValue(value)}`, '')
}

/** The supported values are printed in the order given: pass them in the order Kubernetes lists them (mostly sorted). */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const detail = supported.length > 0 ? `supported values: ${supported.map(goQuote).join(', ')}` : ''
  return make('FieldValueNotSupported', field, `Unsupported value: ${printValue(value)}`, detail)
}

export function forbidden(field: string, detail: string): FieldError {
  return make('FieldValueForbidden', field, 'Forbidden', detail)
}

export function tooLong(field: string, maxBytes: number): FieldError {
  return make('FieldValueTooLong', field, 'Too long', `may not be more than ${maxBytes} byte${plural(maxBytes)}`)
}

export function tooLongCharacters(field: string, max: number): FieldError {
  return make('FieldValueTooLong', field, 'Too long', `may not be more than ${max} character${plural(max)}`)
}

export function tooShort(field: string, min: number): FieldError {
  return make('FieldValueTooShort', field, 'Too short', `must be at least ${min} character${plural(min)}`)
}

export function tooMany(field: string, actual: number, max: number): FieldError {
  return make('FieldValueTooMany', field, `Too many: ${actual}`, `must have at most ${max} item${plural(max)}`)
}

export function tooFew(field: string, actual: number, min: number): FieldError {
  return make('FieldValueTooFew', field, `Too few: ${actual}`, `must have at least ${min} item${plural(min)}`)
}

export function internalError(field: string, detail: string): FieldError {
  return make('InternalError', field, 'Internal error', detail)
}

/** Error(): what a single error prints as in a Status message. */
export function errorText(error: FieldError): string {
  return `${error.field}: ${error.message}`
}

/** ToAggregate().Error(): each distinct text once, in brackets when there are several. */
export function aggregateText(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(errorText))]
  return texts.length === 1 ? (texts[0] as string) : `[${texts.join(', ')}]`
}

/** How ErrorBody prints a bad value: strings quoted, everything else as JSON; undefined (a nil) is null. */
export function printValue(value: unknown): string {
  if (typeof value === 'string') return goQuote(value)
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  return value instanceof PrintedValue ? value.text : goJson(value)
}

function make(type: FieldErrorType, field: string, start: string, detail: string): FieldError {
  return { type, field: field === '' ? '<nil>' : field, message: detail === '' ? start : `${start}: ${detail}` }
}

function plural(count: number): string {
  return count === 1 ? '' : 's'
}
