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

/**
 * Checks custom objects against their schema, in Kubernetes' words. Formats are not checked beyond their types, and CEL
 * rules (x-kubernetes-validations) are not run.
 */
export function customValidator(schema: JSONSchemaProps): (object: unknown) => FieldError[] {
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    strict: false,
    validateFormats: false,
    unicodeRegExp: false,
    logger: false,
  })
  let validate: ValidateFunction | undefined
  return (object) => {
    validate ??= ajv.compile(toJsonSchema(schema, true) as object)
    if (validate(object)) return []
    return (validate.errors ?? []).map(fieldError)
  }
}

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
] as const

function fieldError({ keyword, params, instancePath, data }: ErrorObject): FieldError {
  const path = fieldPath(instancePath)
  const words = (text: string) => invalid(path, data, `${path === '' ? '' : `${path} `}in body ${text}`)
  switch (keyword) {
    case 'required':
      return required(path === '' ? params.missingProperty : `${path}.${params.missingProperty}`)
    case 'type': {
      const wanted = [params.type].flat().filter((type) => type !== 'null')
      const found = data === null ? 'null' : Array.isArray(data) ? 'array' : typeof data
      const detail = `${path} in body must be of type ${wanted.join(',')}: ${JSON.stringify(found === 'object' ? 'object' : found)}`
      return typeInvalid(path, found === 'number' ? data : found, detail)
    }
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
    default:
      return words(`${KEYWORDS[keyword] ?? `must satisfy ${keyword}`}`)
  }
}

const KEYWORDS: Readonly<Record<string, string>> = {
  oneOf: 'must validate one and only one schema (oneOf)',
  anyOf: 'must validate at least one schema (anyOf)',
  not: 'must not validate the schema (not)',
  uniqueItems: "shouldn't contain duplicates",
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
