import type { JSONSchemaProps } from '../../../../../shared/api/types/apiextensions-v1.ts'
import { ownMember } from '../../../../../shared/lang/own-member.ts'
import { compileGoPattern, GoPatternError } from '../../custom/go-pattern.ts'
import { listTypeErrors } from '../../custom/list-types.ts'
import { type SchemaCompiler, schemaCompiler, schemaValidator } from '../../custom/validate-custom.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { ruleErrors } from './validate-rules.ts'

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const LIST_TYPES = ['atomic', 'set', 'map']
const MAP_TYPES = ['atomic', 'granular']
const UNSUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'] as const

/** Where a schema stands: what must be structural there, and which rules its place brings. */
interface Place {
  readonly path: string
  /** Why a type must be given: "at the root", "for specified object fields"; empty where it may be left out. */
  readonly needsType: string
  readonly isRoot: boolean
}

/** The rules of a structural schema that do not need its values: what is given, where, and with what. */
export function schemaErrors(
  root: JSONSchemaProps,
  path: string,
  { statusEnabled }: { statusEnabled: boolean },
): FieldError[] {
  const errors: FieldError[] = []
  if (statusEnabled && root.type !== undefined && root.type !== '' && root.type !== 'object') {
    const message =
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'
    errors.push(invalid(`${path}.type`, root.type, message))
  }
  visit(errors, root, { path, needsType: 'at the root', isRoot: true })
  // Values can only be checked against a schema that is sound itself.
  return errors.length > 0 ? errors : defaultErrors(root, path, schemaCompiler())
}

function visit(errors: FieldError[], schema: JSONSchemaProps, place: Place): void {
  checkSupported(errors, schema, place.path)
  checkExtensions(errors, schema, place.path)
  checkStructure(errors, schema, place)
  const { path } = place
  errors.push(...ruleErrors(schema, path), ...patternErrors(schema, path))
  const { properties, additionalProperties, items } = schema
  // An integer or a string is the one value whose types stand in a choice.
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true
  for (const member of ['allOf', 'anyOf', 'oneOf'] as const) {
    schema[member]?.forEach((inner, at) => {
      if (inner.type && !isIntOrString)
        errors.push(forbidden(`${path}.${member}[${at}].type`, 'must be empty to be structural'))
    })
  }
  for (const name of Object.keys(properties ?? {}).sort()) {
    const own = { path: `${path}.properties[${name}]`, needsType: 'for specified object fields', isRoot: false }
    if (place.isRoot && name === 'metadata') checkMetadata(errors, properties?.[name] as JSONSchemaProps, own.path)
    visit(errors, properties?.[name] as JSONSchemaProps, own)
  }
  if (typeof additionalProperties === 'object' && additionalProperties !== null) {
    const own = { path: `${path}.additionalProperties`, needsType: 'for specified object fields', isRoot: false }
    visit(errors, additionalProperties as JSONSchemaProps, own)
  }
  if (items !== undefined && items !== null && !Array.isArray(items)) {
    const own = { path: `${path}.items`, needsType: 'for specified array items', isRoot: false }
    visit(errors, items as JSONSchemaProps, own)
  }
}

/** A pattern that could not be compiled would fail every object later. */
function patternErrors({ pattern }: JSONSchemaProps, path: string): FieldError[] {
  if (!pattern) return []
  try {
    compileGoPattern(pattern)
    return []
  } catch (error) {
    if (!(error instanceof GoPatternError)) throw error
    const message = `must be a valid regular expression, but isn't: error parsing regexp: ${error.message}`
    return [invalid(`${path}.pattern`, pattern, message)]
  }
}

/** ValidateDefaults: a default is a value of its own schema. */
function defaultErrors(schema: JSONSchemaProps, path: string, compiler: SchemaCompiler): FieldError[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, own]) =>
    defaultErrors(own, `${path}.properties[${name}]`, compiler),
  )
  for (const member of ['additionalProperties', 'items'] as const) {
    const own = schema[member]
    if (typeof own === 'object' && own !== null) {
      inner.push(...defaultErrors(own as JSONSchemaProps, `${path}.${member}`, compiler))
    }
  }
  const value: unknown = schema.default
  if (value === undefined) return inner
  const own = `${path}.default`
  return [...schemaValidator(schema, { path: own, compiler })(value), ...listTypeErrors(value, schema, own), ...inner]
}

/** What OpenAPI v3 in definitions leaves out. */
function checkSupported(errors: FieldError[], schema: JSONSchemaProps, path: string): void {
  for (const member of UNSUPPORTED) {
    const value = schema[member]
    const isGiven = value !== undefined && value !== null && value !== ''
    const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
    if (isGiven && !(isEmpty && member !== 'dependencies')) {
      errors.push(forbidden(`${path}.${member}`, `${member} is not supported`))
    }
  }
  if (schema.type === 'null') {
    errors.push(forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'))
  }
  if (Array.isArray(schema.items)) {
    errors.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'))
  }
  if (schema.uniqueItems) {
    const message = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'
    errors.push(forbidden(`${path}.uniqueItems`, message))
  }
  const { additionalProperties, properties } = schema
  if (additionalProperties !== undefined && additionalProperties !== true && Object.keys(properties ?? {}).length > 0) {
    const message = 'additionalProperties and properties are mutual exclusive'
    errors.push(forbidden(`${path}.additionalProperties`, message))
  }
}

function checkExtensions(errors: FieldError[], schema: JSONSchemaProps, path: string): void {
  const listType = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const mapType = schema['x-kubernetes-map-type']
  if (listType !== undefined) {
    if (schema.type !== 'array') {
      if (!schema.type) errors.push(required(`${path}.type`, 'must be array if x-kubernetes-list-type is specified'))
      else errors.push(invalid(`${path}.type`, schema.type, 'must be array if x-kubernetes-list-type is specified'))
    }
    if (!LIST_TYPES.includes(listType))
      errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, LIST_TYPES))
  }
  if (keys.length > 0 && listType !== 'map') {
    const message = 'must be map if x-kubernetes-list-map-keys is non-empty'
    const own = `${path}.x-kubernetes-list-type`
    errors.push(listType === undefined ? required(own, message) : invalid(own, listType, message))
  }
  if (listType === 'map' && keys.length === 0) {
    errors.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'))
  }
  if (listType === 'map') checkMapItems(errors, schema, path)
  if (mapType !== undefined) {
    if (schema.type !== 'object') {
      errors.push(invalid(`${path}.type`, schema.type ?? '', 'must be object if x-kubernetes-map-type is specified'))
    }
    if (!MAP_TYPES.includes(mapType)) errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, MAP_TYPES))
  }
}

/** Of metadata, which every object has, only the form of its names can be said. */
function checkMetadata(errors: FieldError[], { properties = {}, ...rest }: JSONSchemaProps, path: string): void {
  const others = Object.keys(rest).filter((member) => member !== 'type' && member !== 'description')
  const named = Object.keys(properties).filter((name) => name !== 'name' && name !== 'generateName')
  if (others.length + named.length === 0) return
  const message = 'must not specify anything other than name and generateName, but metadata is implicitly specified'
  errors.push(forbidden(path, message))
}

/** Items that a map of lists tells apart must be objects that always have the keys. */
function checkMapItems(errors: FieldError[], schema: JSONSchemaProps, path: string): void {
  const items = schema.items as JSONSchemaProps | undefined
  if (!items || Array.isArray(items)) return
  if (items.type !== 'object') {
    const message = "must be object if parent array's x-kubernetes-list-type is map"
    errors.push(invalid(`${path}.items.type`, items.type ?? '', message))
  }
  for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
    const property = ownMember(items.properties, key)
    if (property === undefined || property.default !== undefined || items.required?.includes(key)) continue
    const message =
      'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'
    errors.push(required(`${path}.items.properties[${key}].default`, message))
  }
}

/** ValidateStructural: types are given where values are, and objects say what they hold. */
function checkStructure(errors: FieldError[], schema: JSONSchemaProps, { path, needsType, isRoot }: Place): void {
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true
  const type = schema.type ?? ''
  if (type === '') {
    if (!isIntOrString && !(isOpen && !isRoot)) errors.push(required(`${path}.type`, `must not be empty ${needsType}`))
  } else if (type !== 'null' && !TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, TYPES))
  if (isRoot && type !== '' && type !== 'object')
    errors.push(invalid(`${path}.type`, type, 'must be object at the root'))
  if (isRoot && schema.additionalProperties !== undefined) {
    errors.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'))
  }
  if (schema['x-kubernetes-embedded-resource'] === true) {
    if (type !== '' && type !== 'object') {
      errors.push(invalid(`${path}.type`, type, 'must be object if x-kubernetes-embedded-resource is true'))
    }
    if (!isOpen && Object.keys(schema.properties ?? {}).length === 0) {
      const message =
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'
      errors.push(required(`${path}.properties`, message))
    }
  }
  if (type === 'array' && (schema.items === undefined || schema.items === null)) {
    errors.push(required(`${path}.items`, 'must be specified'))
  }
}
