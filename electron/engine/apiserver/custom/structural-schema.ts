import type { JSONSchemaProps } from '../../../../shared/api/types/apiextensions-v1.ts'
import { ownMember } from '../../../../shared/lang/own-member.ts'
import { setMember } from '../../../../shared/lang/set-member.ts'
import { cloneJson } from '../registry/json-value.ts'

type Members = Record<string, unknown>

/** Always kept at the top of an object, whether or not the schema names them. */
const OBJECT_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata'])

/** Removes what the schema does not know, in place. Answers the paths of what went. */
export function prune(object: Members, schema: JSONSchemaProps): string[] {
  const unknown: string[] = []
  pruneMembers(object, schema, { path: '', isObject: true }, unknown)
  return unknown
}

interface At {
  readonly path: string
  /** Of the object itself and of objects embedded in it. */
  readonly isObject: boolean
}

function pruneValue(value: unknown, schema: JSONSchemaProps, path: string, unknown: string[]): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    const items = schema.items as JSONSchemaProps | undefined
    for (const [at, item] of value.entries()) if (items) pruneValue(item, items, `${path}[${at}]`, unknown)
    return
  }
  pruneMembers(value as Members, schema, { path, isObject: schema['x-kubernetes-embedded-resource'] === true }, unknown)
}

function pruneMembers(value: Members, schema: JSONSchemaProps, { path, isObject }: At, unknown: string[]): void {
  const keepsAll = schema['x-kubernetes-preserve-unknown-fields'] === true
  const { properties, additionalProperties } = schema
  for (const name of Object.keys(value)) {
    const inner = path === '' ? name : `${path}.${name}`
    const own = ownMember(properties, name)
    if (isObject && OBJECT_FIELDS.has(name)) continue
    if (own) pruneValue(value[name], own, inner, unknown)
    else if (typeof additionalProperties === 'object' && additionalProperties !== null) {
      pruneValue(value[name], additionalProperties as JSONSchemaProps, inner, unknown)
    } else if (!keepsAll && additionalProperties !== true) {
      delete value[name]
      unknown.push(inner)
    }
  }
}

/** Fills in what is absent (or null where null is not allowed) and has a default, in place. */
export function applyDefaults(value: unknown, schema: JSONSchemaProps): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    const items = schema.items as JSONSchemaProps | undefined
    if (items) for (const item of value) applyDefaults(item, items)
    return
  }
  const members = value as Members
  for (const [name, own] of Object.entries(schema.properties ?? {})) {
    const given = ownMember(members, name)
    const isMissing = given === undefined || (given === null && !own.nullable)
    if (own.default !== undefined && isMissing) setMember(members, name, cloneJson(own.default))
    applyDefaults(ownMember(members, name), own)
  }
  const { additionalProperties } = schema
  if (typeof additionalProperties !== 'object' || additionalProperties === null) return
  for (const [name, member] of Object.entries(members)) {
    if (!ownMember(schema.properties, name)) applyDefaults(member, additionalProperties as JSONSchemaProps)
  }
}
