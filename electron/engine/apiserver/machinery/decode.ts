import { goQuote } from '../../../../shared/api/go-text.ts'
import { newBadRequest } from './api-errors.ts'
import { ConversionError, convertObject } from './convert.ts'
import { type JsonObject, JsonSyntaxError, NumberText, type ParsedJson, parseJson } from './json-text.ts'
import { type GroupVersionKind, type ObjectType, parseApiVersion, typeOf } from './schema.ts'
import { parseYaml, YamlSyntaxError } from './yaml-text.ts'

/**
 * Request bodies into objects, as the server's decoder does.
 * - The body's own kind and apiVersion count, the expected ones fill what is missing.
 * - Everything that is wrong is one BadRequest in Kubernetes' words; unknown and repeated fields are left to the caller
 *   (`fieldValidation`): `decodeBody` refuses them for Strict and hands them out for Warn.
 */
export interface DecodeOptions {
  readonly expected: GroupVersionKind
  /** Its type, for kinds that the facts do not have (custom resources bring their own decoding). */
  readonly type?: ObjectType
  readonly format: 'json' | 'yaml'
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore'
  /** For a request's options: the scheme that knows no other kind; what fails is then said without naming the object. */
  readonly optionsScheme?: string
}

export interface Decoded {
  readonly object: JsonObject
  readonly kind: GroupVersionKind
  /** For `Warn`: the texts of the warnings. */
  readonly warnings: readonly string[]
}

class DecodeFailure extends Error {}

const SUMMARY_BYTES = 30
/** Where Go's server registers its kinds: the messages name it. */
const SCHEME = 'pkg/api/legacyscheme/scheme.go:30'
const OTHER_SCHEMES: Readonly<Record<string, string>> = {
  'apiextensions.k8s.io': 'k8s.io/apiextensions-apiserver/pkg/apiserver/apiserver.go:55',
  'apiregistration.k8s.io': 'k8s.io/kube-aggregator/pkg/apiserver/scheme/scheme.go:28',
}
const FIND_KIND =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

export function decodeBody(body: Uint8Array, options: DecodeOptions): Decoded {
  const { expected } = options
  let kind: GroupVersionKind | undefined
  try {
    const { parsed, strictErrors } = readText(Buffer.from(body.buffer, body.byteOffset, body.length), options.format)
    kind = withDefaults(findKind(parsed.value), expected)
    const type = resolveType(kind, options, body)
    const converted = convertObject(type, parsed.value, parsed.duplicates)
    const strict = [...strictErrors, ...converted.strictErrors]
    if (options.fieldValidation === 'Strict' && strict.length > 0) throw new DecodeFailure(strictText(strict))
    return { object: converted.value, kind, warnings: options.fieldValidation === 'Warn' ? strict : [] }
  } catch (error) {
    if (!isDecodingProblem(error)) throw error
    if (options.optionsScheme !== undefined) throw newBadRequest(error.message)
    if (kind !== undefined && kind.kind !== '') {
      const what = `${kind.kind} in version ${goQuote(kind.version)}`
      throw newBadRequest(`${what} cannot be handled as a ${expected.kind}: ${error.message}`)
    }
    throw newBadRequest(unrecognized(error.message, body, expected))
  }
}

/** What a body is that does not even tell its kind. */
export function unrecognized(why: string, body: Uint8Array, expected: Pick<GroupVersionKind, 'kind'>): string {
  return `the object provided is unrecognized (must be of type ${expected.kind}): ${why} (${summarize(body)})`
}

/** runtime.NewStrictDecodingError's text. */
export function strictText(errors: readonly string[]): string {
  return `strict decoding error: ${errors.join(', ')}`
}

function isDecodingProblem(error: unknown): error is Error {
  return error instanceof DecodeFailure || error instanceof ConversionError || error instanceof YamlSyntaxError
}

function readText(body: Buffer, format: 'json' | 'yaml'): { parsed: ParsedJson; strictErrors: readonly string[] } {
  const text = body.toString('utf8')
  if (format === 'yaml') {
    const { value, duplicateError } = parseYaml(text)
    return {
      parsed: { value, duplicates: undefined },
      strictErrors: duplicateError === undefined ? [] : [duplicateError],
    }
  }
  try {
    return { parsed: parseJson(text), strictErrors: [] }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw new DecodeFailure(`couldn't get version/kind; json parse error: ${error.message}`)
  }
}

/** SimpleMetaFactory.Interpret: field names in any case, as encoding/json matches them. */
function findKind(value: unknown): { apiVersion: string; kind: string } {
  const found = { apiVersion: '', kind: '' }
  if (value === null || value === undefined) return found
  const problem = (text: string): never => {
    throw new DecodeFailure(`couldn't get version/kind; json parse error: json: cannot unmarshal ${text}`)
  }
  if (typeof value !== 'object' || Array.isArray(value) || value instanceof NumberText) {
    return problem(`${jsonKind(value)} into Go value of type ${FIND_KIND}`)
  }
  const object = value as JsonObject
  for (const name in object) {
    const field = name === 'kind' || name === 'apiVersion' ? name : FOLDED.get(name.toLowerCase())
    if (field === undefined) continue
    const own = object[name]
    if (typeof own === 'string') found[field] = own
    else if (own !== null) problem(`${jsonKind(own)} into Go struct field .${field} of type string`)
  }
  return found
}

const FOLDED = new Map<string, 'apiVersion' | 'kind'>([
  ['apiversion', 'apiVersion'],
  ['kind', 'kind'],
])

export function jsonKind(value: unknown): string {
  if (typeof value === 'boolean') return 'bool'
  if (value instanceof NumberText) return 'number'
  return Array.isArray(value) ? 'array' : typeof value
}

function withDefaults(actual: { apiVersion: string; kind: string }, expected: GroupVersionKind): GroupVersionKind {
  let { group, version } = parseApiVersion(actual.apiVersion)
  if (group.includes('/') || version.includes('/')) {
    throw new DecodeFailure(`unexpected GroupVersion string: ${actual.apiVersion}`)
  }
  if (version === '' && (group === '' || group === expected.group)) {
    group = expected.group
    version = expected.version
  }
  return { group, version, kind: actual.kind || expected.kind }
}

/** Where Kubernetes' own server registers the kinds of a group. */
export function schemeOf(group: string): string {
  return OTHER_SCHEMES[group] ?? SCHEME
}

function resolveType(kind: GroupVersionKind, options: DecodeOptions, body: Uint8Array): ObjectType {
  const { expected } = options
  if (kind.version === '') {
    const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8')
    throw new DecodeFailure(`Object 'apiVersion' is missing in '${text}'`)
  }
  if (kind.kind === expected.kind && kind.group === expected.group && kind.version === expected.version) {
    const type = options.type ?? typeOf(expected)
    if (type !== undefined) return type
  }
  const { optionsScheme } = options
  const type = optionsScheme === undefined ? typeOf(kind) : undefined
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`
  if (type === undefined) {
    const scheme = optionsScheme ?? schemeOf(expected.group)
    throw new DecodeFailure(
      `no kind ${goQuote(kind.kind)} is registered for version ${goQuote(apiVersion)} in scheme ${goQuote(scheme)}`,
    )
  }
  if (kind.kind !== expected.kind || kind.group !== expected.group) {
    const internal = expected.group === '' ? 'core' : expected.group.split('.')[0]
    throw new DecodeFailure(
      `converting (${kind.version}.${type.goName}) to (${internal}.${expected.kind}): unknown conversion`,
    )
  }
  return type
}

function summarize(body: Uint8Array): string {
  if (body.length === 0) return '<empty>'
  const start = Buffer.from(body.subarray(0, SUMMARY_BYTES))
  const text = start[0] === 0x7b ? start.toString('utf8') : start.toString('hex')
  return body.length > SUMMARY_BYTES ? `${text} ...` : text
}
