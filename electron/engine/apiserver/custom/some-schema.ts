import type { JSONSchemaProps } from '../../../../shared/api/types/apiextensions-v1.ts'

/** Members of a schema that hold schemas by name. */
const BY_NAME: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'definitions', 'dependencies'])
/** Members that are a schema, or a list of them. */
const PARTS: ReadonlySet<string> = new Set([
  'items',
  'additionalItems',
  'additionalProperties',
  'not',
  'allOf',
  'anyOf',
  'oneOf',
])

/** SchemaHas: whether the test holds for a schema or one in it. Values in it, defaults say, are no schemas. */
export function someSchema(schema: unknown, test: (schema: JSONSchemaProps) => boolean): boolean {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return false
  if (test(schema)) return true
  return Object.entries(schema).some(([member, part]) => partsOf(member, part).some((each) => someSchema(each, test)))
}

function partsOf(member: string, part: unknown): unknown[] {
  if (BY_NAME.has(member)) return Object.values(part ?? {})
  return PARTS.has(member) ? [part].flat() : []
}
