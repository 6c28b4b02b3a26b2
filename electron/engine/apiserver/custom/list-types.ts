import type { JSONSchemaProps } from '../../../../shared/api/types/apiextensions-v1.ts'
import { ownMember } from '../../../../shared/lang/own-member.ts'
import { duplicate, type FieldError } from '../machinery/field-error.ts'

type Members = Record<string, unknown>

/**
 * ValidateListSetsAndMaps: a list that is a set has no item twice, a list that is a map no two items with the same keys.
 * JSON Schema has no word for either.
 */
export function listTypeErrors(value: unknown, schema: JSONSchemaProps, path = ''): FieldError[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return listErrors(value, schema, path)
  const { properties = {}, additionalProperties } = schema
  return Object.entries(value).flatMap(([name, member]) => {
    const property = ownMember(properties, name)
    const own = property ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
    const inner = property ? (path === '' ? name : `${path}.${name}`) : `${path}[${name}]`
    return own ? listTypeErrors(member, own as JSONSchemaProps, inner) : []
  })
}

function listErrors(items: readonly unknown[], schema: JSONSchemaProps, path: string): FieldError[] {
  const own = schema.items as JSONSchemaProps | undefined
  const inner = own ? items.flatMap((item, at) => listTypeErrors(item, own, `${path}[${at}]`)) : []
  const type = schema['x-kubernetes-list-type']
  if (type === 'set') return [...repeated(items, path), ...inner]
  if (type !== 'map') return inner
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  return [...repeated(items.map(keysOf(keys)), path), ...inner]
}

function repeated(values: readonly unknown[], path: string): FieldError[] {
  const seen = new Set<string>()
  return values.flatMap((value, at) => {
    const text = canonical(value)
    if (seen.has(text)) return [duplicate(`${path}[${at}]`, value)]
    seen.add(text)
    return []
  })
}

function keysOf(keys: readonly string[]): (item: unknown) => unknown {
  return (item) =>
    Object.fromEntries(
      keys.flatMap((key) => {
        const own = ownMember(item as Members | null | undefined, key)
        return own === undefined ? [] : [[key, own]]
      }),
    )
}

/** The same text for the same value, whatever the order of its members. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}
