import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { JSONSchemaProps } from '../../../../shared/api/types/apiextensions-v1.ts'
import {
  type FieldError,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from '../machinery/field-error.ts'
import { compileGoPattern } from './go-pattern.ts'
import { listTypeErrors } from './list-types.ts'
import { someSchema } from './some-schema.ts'

/** Errors that keep Kubernetes from running an object's rules: they could fail for no reason of their own. */
const BLOCKING: ReadonlySet<string> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])
const NOT_RUN =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'

/**
 * Checks custom objects against their schema, in Kubernetes' words. Formats of strings are not checked, and CEL rules
 * (x-kubernetes-validations) are not run.
 */
export function customValidator(schema: JSONSchemaProps): (object: unknown) => FieldError[] {
  const check = schemaValidator(schema, { isObject: true })
  const hasRules = someSchema(schema, ({ 'x-kubernetes-validations': rules }) => Boolean(rules?.length))
  return (object) => {
    const errors = [...check(object), ...listTypeErrors(object, schema)]
    const isBlocked = hasRules && errors.some(({ type }) => BLOCKING.has(type))
    return isBlocked ? [...errors, invalid('<nil>', null, NOT_RUN)] : errors
  }
}

interface ValueOptions {
  /** Whole objects: their metadata has rules of its own. */
  readonly isObject?: boolean
  /** Where the value stands; messages name what is wrong from there. */
  readonly path?: string
  /** For values of many schemas: to make one costs more than to compile most schemas. It keeps what it compiled. */
  readonly compiler?: SchemaCompiler
}

export interface SchemaCompiler {
  compile(schema: object): ValidateFunction
}

/** Checks a value against a schema alone. */
export function schemaValidator(schema: JSONSchemaProps, options: ValueOptions): (value: unknown) => FieldError[] {
  const { isObject = false, path = '', compiler = schemaCompiler() } = options
  let validate: ValidateFunction | undefined
  return (value) => {
    validate ??= compiler.compile(toJsonSchema(schema, isObject) as object)
    if (validate(value)) return []
    return (validate.errors ?? []).map((error) => fieldError(error, path))
  }
}

/** Costs nothing until it compiles. */
export function schemaCompiler(): SchemaCompiler {
  let ajv: Ajv | undefined
  return {
    compile(schema) {
      ajv ??= newAjv()
      return ajv.compile(schema)
    },
  }
}

function newAjv(): Ajv {
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    strict: false,
    unicodeRegExp: false,
    logger: false,
    code: { regExp: Object.assign(compileGoPattern, { code: 'compileGoPattern' }) },
  })
  for (const [name, limit] of INTEGERS) {
    const validate = (value: number) => Number.isInteger(value) && value >= -limit && value < limit
    ajv.addFormat(name, { type: 'number', validate })
  }
  return ajv
}

const INTEGERS: readonly [format: string, limit: number][] = [
  ['int32', 2 ** 31],
  ['int64', 2 ** 63],
]

/** The OpenAPI dialect of CustomResourceDefinitions as plain JSON Schema. Metadata has rules of its own. */
function toJsonSchema(schema: unknown, isObject = false): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  const props = schema as JSONSchemaProps
  const result: Record<string, unknown> = {}
  for (const name of KEPT) if (props[name] !== undefined) result[name] = props[name]
  if (props.maximum !== undefined && props.exclusiveMaximum) {
    result.exclusiveMaximum = props.maximum
    delete result.maximum
  }
  if (props.minimum !== undefined && props.exclusiveMinimum) {
    result.exclusiveMinimum = props.minimum
    delete result.minimum
  }
  for (const name of ['allOf', 'oneOf', 'anyOf'] as const) {
    if (props[name]) result[name] = props[name].map((part) => toJsonSchema(part))
  }
  if (props.not) result.not = toJsonSchema(props.not)
  if (props.items) result.items = toJsonSchema(props.items)
  if (props.additionalProperties !== undefined) result.additionalProperties = toJsonSchema(props.additionalProperties)
  if (props.properties) {
    const entries = Object.entries(props.properties).filter(([name]) => !isObject || name !== 'metadata')
    result.properties = Object.fromEntries(entries.map(([name, part]) => [name, toJsonSchema(part)]))
  }
  if (props['x-kubernetes-int-or-string']) result.type = ['integer', 'string']
  else if (props.type) result.type = props.type
  if (props.nullable && result.type !== undefined) result.type = [result.type, 'null'].flat()
  if (props.nullable && Array.isArray(result.enum)) result.enum = [...result.enum, null]
  return result
}

const KEPT = [
  'required',
  'enum',
  'pattern',
  'maximum',
  'minimum',
  'maxLength',
  'minLength',
  'maxItems',
  'minItems',
  'uniqueItems',
  'multipleOf',
  'maxProperties',
  'minProperties',
  'format',
] as const

function fieldError(error: ErrorObject, base: string): FieldError {
  const { keyword, params, instancePath, data } = error
  const own = fieldPath(instancePath)
  const path = joined(base, own)
  const words = (text: string) => invalid(path, data, `${own} in body ${text}`)
  switch (keyword) {
    case 'required':
      return required(joined(path, params.missingProperty))
    case 'type': {
      const [wanted, found] = typeMismatch(error)
      return typeInvalid(path, found, `${own} in body must be of type ${wanted}: ${JSON.stringify(found)}`)
    }
    case 'format':
      return invalid('<nil>', '', `Checked value must be of type integer with format ${params.format} in ${own}`)
    case 'enum':
      return notSupported(path, data, (params.allowedValues as unknown[]).filter((value) => value !== null).map(String))
    case 'pattern':
      return words(`should match '${params.pattern}'`)
    case 'maximum':
      return words(`should be less than or equal to ${params.limit}`)
    case 'exclusiveMaximum':
      return words(`should be less than ${params.limit}`)
    case 'minimum':
      return words(`should be greater than or equal to ${params.limit}`)
    case 'exclusiveMinimum':
      return words(`should be greater than ${params.limit}`)
    case 'multipleOf':
      return words(`should be a multiple of ${params.multipleOf}`)
    case 'maxLength':
      return tooLong(path, params.limit)
    case 'minLength':
      return words(`should be at least ${params.limit} chars long`)
    case 'maxItems':
      return tooMany(path, (data as unknown[]).length, params.limit)
    case 'minItems':
      return words(`should have at least ${params.limit} items`)
    case 'maxProperties':
      return tooMany(path, Object.keys(data as object).length, params.limit)
    case 'minProperties':
      return words(`should have at least ${params.limit} properties`)
    case 'uniqueItems':
      return words("shouldn't contain duplicates")
    case 'not':
    case 'anyOf':
    case 'oneOf':
      return invalid(path, '', `${JSON.stringify(own)} ${choice(keyword, params.passingSchemas)}`)
    default:
      return words(`must satisfy ${keyword}`)
  }
}

/** The types as Go's checker names them: a number's format stands for its type, on both sides. */
function typeMismatch({ params, parentSchema, data }: ErrorObject): [wanted: string, found: string] {
  const types = [params.type].flat().filter((type) => type !== 'null')
  const isWhole = Number.isInteger(data)
  const { format } = (parentSchema ?? {}) as { format?: string }
  if (format !== undefined && typeof data === 'number') return [format, isWhole ? 'int64' : 'float64']
  const found = typeof data === 'number' ? (isWhole ? 'integer' : 'number') : typeof data
  return [types.join(','), data === null ? 'null' : Array.isArray(data) ? 'array' : found]
}

/** What a choice of schemas asks for. */
function choice(keyword: string, passing: readonly number[] | null | undefined): string {
  if (keyword === 'not') return 'must not validate the schema (not)'
  if (keyword === 'anyOf') return 'must validate at least one schema (anyOf)'
  const found = passing ? `Found ${passing.length} valid alternatives` : 'Found none valid'
  return `must validate one and only one schema (oneOf). ${found}`
}

function joined(path: string, field: string): string {
  return path === '' || field === '' || field.startsWith('[') ? `${path}${field}` : `${path}.${field}`
}

/** "/spec/items/0/name" as "spec.items[0].name". */
function fieldPath(pointer: string): string {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  return parts.reduce(
    (path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`),
    '',
  )
}
