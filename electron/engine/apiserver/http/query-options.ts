import { ApiError } from '../../../../shared/api/status.ts'
import { newBadRequest, newInvalid } from '../machinery/api-errors.ts'
import {
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  PrintedValue,
  required,
  tooLong,
} from '../machinery/field-error.ts'

/** metav1.ListOptions as the query gives them, validated. */
export interface ListOptions {
  readonly watch: boolean
  readonly labelSelector: string
  readonly fieldSelector: string
  readonly resourceVersion: string
  readonly resourceVersionMatch: string
  readonly limit: number
  readonly continue: string
  readonly timeoutSeconds: number | undefined
  readonly allowWatchBookmarks: boolean
  readonly sendInitialEvents: boolean | undefined
}

export interface WriteQuery {
  readonly dryRun: boolean
  readonly fieldManager: string
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict'
  readonly force: boolean
}

export function listOptions(query: URLSearchParams, watchPath: boolean): ListOptions {
  checkTimeout(query)
  const text = (name: string) => query.get(name) ?? ''
  const options: ListOptions = {
    watch: watchPath || truth(query.get('watch')),
    labelSelector: text('labelSelector'),
    fieldSelector: text('fieldSelector'),
    resourceVersion: text('resourceVersion'),
    resourceVersionMatch: text('resourceVersionMatch'),
    limit: integer(query.get('limit')) ?? 0,
    continue: text('continue'),
    timeoutSeconds: integer(query.get('timeoutSeconds')),
    allowWatchBookmarks: truth(query.get('allowWatchBookmarks')),
    sendInitialEvents: query.has('sendInitialEvents') ? truth(query.get('sendInitialEvents')) : undefined,
  }
  return options
}

/** What the API documents of combinations of list and watch parameters: each rule with the error where it is broken. */
interface Rule {
  readonly broken: (options: ListOptions) => boolean
  readonly error: (options: ListOptions) => FieldError
}

const MATCH = 'resourceVersionMatch'

function never(field: string, why: string, broken: Rule['broken']): Rule {
  return { broken, error: () => forbidden(field, why) }
}

function oneOf(...values: string[]): Rule {
  return {
    broken: ({ resourceVersionMatch: match }) => match !== '' && !values.includes(match),
    error: ({ resourceVersionMatch: match }) => notSupported(MATCH, match, values),
  }
}

const matches = ({ resourceVersionMatch }: ListOptions) => resourceVersionMatch !== ''

const LIST_RULES: readonly Rule[] = [
  never(
    MATCH,
    'resourceVersionMatch is forbidden unless resourceVersion is provided',
    (options) => matches(options) && options.resourceVersion === '',
  ),
  never(
    MATCH,
    'resourceVersionMatch is forbidden when continue is provided',
    (options) => matches(options) && options.continue !== '',
  ),
  oneOf('Exact', 'NotOlderThan', ''),
  never(
    MATCH,
    'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ({ resourceVersionMatch, resourceVersion }) => resourceVersionMatch === 'Exact' && resourceVersion === '0',
  ),
  never(
    'sendInitialEvents',
    'sendInitialEvents is forbidden for list',
    ({ sendInitialEvents }) => sendInitialEvents !== undefined,
  ),
]

const WATCH_RULES: readonly Rule[] = [
  never(
    MATCH,
    'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    (options) => options.sendInitialEvents !== undefined && options.resourceVersionMatch !== 'NotOlderThan',
  ),
  never(
    MATCH,
    'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    (options) => matches(options) && options.sendInitialEvents === undefined,
  ),
  oneOf('NotOlderThan'),
  // A watch never goes on from a page, with or without a match.
  never(MATCH, 'resourceVersionMatch is forbidden when continue is provided', (options) => options.continue !== ''),
]

/** Throws Invalid with every rule that the parameters break. */
export function validateListOptions(options: ListOptions): ListOptions {
  const rules = options.watch ? WATCH_RULES : LIST_RULES
  const errors = rules.filter(({ broken }) => broken(options)).map(({ error }) => error(options))
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors)
  return options
}

/** Create-, Update- and PatchOptions; `kind` names them in errors. */
export function writeQuery(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  patchType = '',
): WriteQuery {
  checkTimeout(query)
  const errors: FieldError[] = []
  const fieldManager = query.get('fieldManager') ?? ''
  if (kind === 'PatchOptions') {
    if (patchType === 'application/apply-patch+yaml') {
      if (fieldManager === '') errors.push(required('fieldManager', 'is required for apply patch'))
    } else if (query.has('force')) errors.push(forbidden('force', 'may not be specified for non-apply patch'))
  }
  errors.push(...fieldManagerErrors(fieldManager))
  errors.push(...dryRunErrors(query.getAll('dryRun')))
  const fieldValidation = query.get('fieldValidation') ?? ''
  if (!['', 'Ignore', 'Strict', 'Warn'].includes(fieldValidation)) {
    errors.push(notSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']))
  }
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind }, '', errors)
  return {
    dryRun: query.has('dryRun'),
    fieldManager,
    fieldValidation: (fieldValidation || 'Warn') as WriteQuery['fieldValidation'],
    force: truth(query.get('force')),
  }
}

export function dryRunErrors(values: readonly string[]): FieldError[] {
  if (values.every((value) => value === 'All')) return []
  return [notSupported('dryRun', new PrintedValue(JSON.stringify(values)), ['All'])]
}

function fieldManagerErrors(manager: string): FieldError[] {
  const errors: FieldError[] = []
  if (Buffer.byteLength(manager) > 128) errors.push(tooLong('fieldManager', 128))
  let position = 0
  for (const character of manager) {
    if (!/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character)) {
      const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
      errors.push(invalid('fieldManager', manager, `invalid character ${code} (at position ${position})`))
    }
    position += Buffer.byteLength(character)
  }
  return errors
}

/** The common `timeout` parameter is checked whether or not it is used. */
function checkTimeout(query: URLSearchParams): void {
  const value = query.get('timeout')
  if (!value) return
  const unit = /^[-+]?(?:\d+\.?\d*|\.\d+)([^\d.]*)/.exec(value)
  const fail = (why: string) => newBadRequest(`invalid timeout specified in the request URL - time: ${why}`)
  if (value === '0') return
  if (unit === null) throw fail(`invalid duration ${JSON.stringify(value)}`)
  if (unit[1] === '') throw fail(`missing unit in duration ${JSON.stringify(value)}`)
  for (const [, name] of value.replace(/^[-+]/, '').matchAll(/[\d.]+([^\d.]*)/g)) {
    if (!['ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h'].includes(name as string)) {
      throw fail(`unknown unit ${JSON.stringify(name)} in duration ${JSON.stringify(value)}`)
    }
  }
}

/** runtime.Convert_Slice_string_To_bool: anything but "false" and "0" is true. */
function truth(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false'
}

/** strconv.ParseInt's rules and words for the integers of a query. */
function integer(value: string | null): number | undefined {
  if (value === null || value === '') return undefined
  const fail = (why: string) => newBadRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: ${why}`)
  if (!/^[-+]?\d+$/.test(value)) throw fail('invalid syntax')
  const parsed = BigInt(value.replace(/^\+/, ''))
  if (parsed > 9223372036854775807n || parsed < -9223372036854775808n) throw fail('value out of range')
  return Number(parsed)
}

/** A resourceVersion as an unsigned number; `wrap` makes the error of an unparsable one. */
function parseRevision(text: string, wrap: (message: string) => ApiError): number {
  if (text === '') return 0
  if (!/^\d+$/.test(text)) {
    throw wrap(
      `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    )
  }
  return Number(text)
}

export function listRevision(text: string): number {
  return parseRevision(text, (message) => newBadRequest(`invalid resource version: ${message}`))
}

export function watchRevision(text: string): number {
  return parseRevision(text, (message) => new ApiError('', message, { code: 500 }))
}
