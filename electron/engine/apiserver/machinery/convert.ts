import { formatDuration, parseDuration } from '../../../../shared/api/duration.ts'
import { canonicalText, tryParseQuantity } from '../../../../shared/api/quantity.ts'
import { parseMicroTime, parseTime } from '../../../../shared/api/time.ts'
import { setMember } from '../../../../shared/lang/set-member.ts'
import { base64ErrorAt } from './base64.ts'
import { type JsonObject, NumberText, plainCopy, plainJson } from './json-text.ts'
import { type Field, isStruct, type ObjectType, objectType, type ScalarName, type ValueType } from './schema.ts'

/**
 * Turns parsed JSON into what Go would hold and write back for a type.
 * - Canonical: quantities, times and durations in their canonical text, empty values that Go omits dropped, zero values
 *   that Go writes added, required lists and maps without a value `null`.
 * - Unknown and repeated fields are dropped and listed; the first wrong type ends in `ConversionError`, in Go's words.
 * - The input is not changed, and the value shares nothing with it but the sets of managedFields, which nobody changes.
 */
export interface Conversion<T = JsonObject> {
  readonly value: T
  /** `unknown field "spec.foo"`, `duplicate field "metadata.name"`, in the order of the input. */
  readonly strictErrors: readonly string[]
}

export class ConversionError extends Error {}

type Duplicates = ReadonlyMap<JsonObject, readonly string[]> | undefined

export function convertObject(type: ObjectType, input: unknown, duplicates?: Duplicates): Conversion {
  const converter = new Converter(duplicates)
  const value = converter.root(type, input)
  if (converter.firstError !== undefined) throw new ConversionError(converter.firstError)
  return { value, strictErrors: converter.strictErrors }
}

/** What a type's zero value is written as. */
export function zeroObject(type: ObjectType): JsonObject {
  const object: JsonObject = {}
  for (const field of type.alwaysWritten) object[field.name] = zeroOf(field)
  return object
}

function zeroOf({ pointer, type }: Field): unknown {
  return pointer ? null : zeroValue(type)
}

const ZEROS: Partial<Record<ScalarName, unknown>> = {
  string: '',
  bool: false,
  int32: 0,
  int64: 0,
  int: 0,
  uint32: 0,
  double: 0,
  quantity: '0',
  intOrString: 0,
  duration: '0s',
}

function zeroValue(type: ValueType): unknown {
  if (type.form === 'object') return zeroObject(type.object)
  return type.form === 'scalar' ? (ZEROS[type.scalar] ?? null) : null
}

const INT_RANGES: Partial<Record<ScalarName, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
}
const MAX_INT64 = 2n ** 63n - 1n

/** One conversion: where it is in the input, and what was wrong so far. */
class Converter {
  readonly strictErrors: string[] = []
  /** The first error that does not end the decoding. */
  firstError: string | undefined
  readonly #duplicates: Duplicates
  /** Go struct that the current value is a field of. */
  #struct = ''
  /** Fields, list indexes and map keys down to the current value. */
  readonly #path: (Field | number | string)[] = []

  constructor(duplicates: Duplicates) {
    this.#duplicates = duplicates
  }

  root(type: ObjectType, input: unknown): JsonObject {
    if (input === null || input === undefined) return zeroObject(type)
    return this.#object(type, input, `v1.${type.goName}`) ?? {}
  }

  #object(type: ObjectType, input: unknown, goType: string): JsonObject | undefined {
    if (typeof input !== 'object' || input === null || Array.isArray(input) || input instanceof NumberText) {
      this.#wrongType(input, goType)
      return undefined
    }
    const object = input as JsonObject
    const struct = this.#struct
    this.#struct = type.goName
    const out: JsonObject = {}
    const repeated = this.#duplicates?.get(object)
    for (const name in object) {
      const value = object[name]
      if (value === undefined) continue
      const field = type.byName.get(name)
      if (field === undefined) {
        this.#strict('unknown', name)
        continue
      }
      if (repeated?.includes(name)) this.#strict('duplicate', name)
      this.#path.push(field)
      const converted = this.#field(field, value)
      this.#path.pop()
      if (converted !== undefined) out[name] = converted
    }
    for (const field of type.alwaysWritten) if (out[field.name] === undefined) out[field.name] = zeroOf(field)
    this.#struct = struct
    return out
  }

  /** The field's value as written, or undefined when it is omitted. */
  #field(field: Field, input: unknown): unknown {
    const { type, pointer } = field
    if (input === null) return undefined
    const value = this.#value(type, input)
    if (value === undefined || value === null) return undefined
    return field.omitEmpty && !pointer && isEmpty(type, value) ? undefined : value
  }

  /** `undefined` for a value of the wrong type, which is recorded. */
  #value(type: ValueType, input: unknown): unknown {
    switch (type.form) {
      case 'scalar':
        return this.#scalar(type.scalar, input, type.goType)
      case 'object':
        return this.#object(type.object, input, type.goType)
      case 'list':
        return this.#list(type.element, input, type.goType)
      case 'map':
        return this.#map(type.element, input, type.goType)
    }
  }

  #list(element: ValueType, input: unknown, goType: string): unknown[] | undefined {
    if (!Array.isArray(input)) return this.#wrongType(input, goType)
    const out: unknown[] = []
    for (let i = 0; i < input.length; i++) {
      this.#path.push(i)
      out.push(this.#element(element, input[i]))
      this.#path.pop()
    }
    return out
  }

  #map(element: ValueType, input: unknown, goType: string): JsonObject | undefined {
    if (typeof input !== 'object' || Array.isArray(input) || input instanceof NumberText)
      return this.#wrongType(input, goType)
    const object = input as JsonObject
    const repeated = this.#duplicates?.get(object)
    const out: JsonObject = {}
    for (const key in object) {
      if (object[key] === undefined) continue
      if (repeated?.includes(key)) this.#strict('duplicate', key)
      this.#path.push(key)
      const value = this.#element(element, object[key])
      this.#path.pop()
      setMember(out, key, value)
    }
    return out
  }

  #element(type: ValueType, input: unknown): unknown {
    if (input === null || input === undefined) return zeroValue(type)
    return this.#value(type, input) ?? zeroValue(type)
  }

  #scalar(scalar: ScalarName, input: unknown, goType: string): unknown {
    switch (scalar) {
      case 'string':
        return typeof input === 'string' ? input : this.#wrongType(input, goType)
      case 'bool':
        return typeof input === 'boolean' ? input : this.#wrongType(input, goType)
      case 'int32':
      case 'int64':
      case 'int':
      case 'uint32':
        return this.#integer(scalar, input, goType)
      case 'double':
        if (typeof input === 'number') return input
        return input instanceof NumberText ? Number(input.text) : this.#wrongType(input, goType)
      case 'bytes':
        return this.#bytes(input, goType)
      case 'quantity':
        return this.#quantity(input)
      case 'intOrString':
        return typeof input === 'string' ? input : this.#unmarshalInt32(input)
      case 'time':
      case 'microTime':
        return this.#time(scalar, input)
      case 'duration':
        return this.#duration(input)
      case 'schemaOrBool':
        return typeof input === 'boolean' ? input : this.#schema(input)
      case 'schemaOrArray':
        return Array.isArray(input) ? input.map((each) => this.#schema(each)) : this.#schema(input)
      case 'schemaOrStringArray':
        return Array.isArray(input) ? input.map((each) => this.#scalar('string', each, 'string')) : this.#schema(input)
      case 'schema':
        return this.#schema(input)
      case 'fieldsV1':
        return plainJson(input)
      default:
        return plainCopy(input)
    }
  }

  #integer(scalar: ScalarName, input: unknown, goType: string): number | undefined {
    if (typeof input === 'number') {
      const range = INT_RANGES[scalar]
      if (range === undefined || (input >= range[0] && input <= range[1])) return input
      return this.#wrongNumber(String(input), goType)
    }
    if (!(input instanceof NumberText)) return this.#wrongType(input, goType)
    if (scalar !== 'int64' || !/^-?[0-9]+$/.test(input.text)) return this.#wrongNumber(input.text, goType)
    const exact = BigInt(input.text)
    return exact > MAX_INT64 || exact < -MAX_INT64 - 1n ? this.#wrongNumber(input.text, goType) : Number(input.text)
  }

  #unmarshalInt32(input: unknown): number | undefined {
    if (typeof input === 'number' && input >= -(2 ** 31) && input < 2 ** 31) return input
    if (typeof input === 'number' || input instanceof NumberText) {
      throw new ConversionError(
        this.#typeErrorText(`number ${input instanceof NumberText ? input.text : input}`, 'int32'),
      )
    }
    throw new ConversionError(this.#typeErrorText(kindOf(input), 'int32'))
  }

  #bytes(input: unknown, goType: string): string | undefined {
    if (typeof input !== 'string') return this.#wrongType(input, goType)
    const bad = base64ErrorAt(input)
    if (bad !== undefined) {
      this.firstError ??= `illegal base64 data at input byte ${bad}`
      return undefined
    }
    return input.includes('\n') || input.includes('\r') ? input.replace(/[\r\n]/g, '') : input
  }

  #quantity(input: unknown): string {
    const text = typeof input === 'string' ? input.trim() : input instanceof NumberText ? input.text : String(input)
    const parsed = tryParseQuantity(text)
    if (typeof parsed === 'string') throw new ConversionError(parsed)
    return canonicalText(parsed)
  }

  #time(scalar: 'time' | 'microTime', input: unknown): string | null {
    if (typeof input !== 'string') throw new ConversionError(this.#typeErrorText(kindOf(input), 'string'))
    const parsed = scalar === 'time' ? parseTime(input) : parseMicroTime(input)
    if ('error' in parsed) throw new ConversionError(parsed.error)
    return parsed.text
  }

  #duration(input: unknown): string {
    if (typeof input !== 'string') throw new ConversionError(this.#typeErrorText(kindOf(input), 'string'))
    const parsed = parseDuration(input)
    if (typeof parsed !== 'bigint') throw new ConversionError(parsed.error)
    return formatDuration(parsed)
  }

  #schema(input: unknown): JsonObject | undefined {
    if (typeof input !== 'object' || input === null) throw new ConversionError('boolean or JSON schema expected')
    return this.#object(objectType(JSON_SCHEMA), input, 'v1.JSONSchemaProps')
  }

  #wrongType(input: unknown, goType: string): undefined {
    this.firstError ??= this.#typeErrorText(kindOf(input), goType)
  }

  #wrongNumber(text: string, goType: string): undefined {
    this.firstError ??= this.#typeErrorText(`number ${text}`, goType)
  }

  #typeErrorText(what: string, goType: string): string {
    const fields = this.#path.flatMap((part) => (typeof part === 'object' ? [part.goPath] : [])).join('.')
    const target = this.#struct === '' && fields === '' ? 'value' : `struct field ${this.#struct}.${fields}`
    return `json: cannot unmarshal ${what} into Go ${target} of type ${goType}`
  }

  #strict(what: 'unknown' | 'duplicate', name: string): void {
    let path = ''
    for (const part of this.#path) {
      if (typeof part === 'number') path += `[${part}]`
      else path += `${path === '' ? '' : '.'}${typeof part === 'string' ? part : part.name}`
    }
    const error = `${what} field "${path === '' ? name : `${path}.${name}`}"`
    if (!this.strictErrors.includes(error)) this.strictErrors.push(error)
  }
}

const JSON_SCHEMA = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'

function kindOf(input: unknown): string {
  if (typeof input === 'boolean') return 'bool'
  if (input instanceof NumberText) return 'number'
  return Array.isArray(input) ? 'array' : typeof input
}

/** encoding/json's omitempty, for what is not a pointer. */
function isEmpty(type: ValueType, value: unknown): boolean {
  if (isStruct(type)) return false
  if (Array.isArray(value)) return value.length === 0
  if (typeof value === 'object') {
    for (const _ in value) return false
    return true
  }
  return value === '' || value === 0 || value === false
}
