import type { KubeObject } from '../../../../shared/api/object.ts'
import { type ObjectType, objectType } from '../machinery/schema.ts'
import type { Resource } from './resource.ts'

/** Go embeds TypeMeta first. */
const TYPE_META: readonly (readonly [name: string, rank: number])[] = [
  ['kind', -2],
  ['apiVersion', -1],
]

const ranks = new WeakMap<ObjectType, ReadonlyMap<string, number>>()

/**
 * The object with the members of itself, its metadata, spec and status in the order of their Go structs, as every
 * answer of Kubernetes has them, whatever order the request or the steps of an update left. Shares what is in order.
 */
export function inFieldOrder(resource: Resource, object: KubeObject): KubeObject {
  if (resource.type === '') return object
  const type = objectType(resource.type)
  const original = object as unknown as Members
  const ordered = orderMembers(original, type)
  let result = ordered
  for (const name of ['metadata', 'spec', 'status']) {
    const value = ordered[name]
    const member = type.byName.get(name)?.type
    if (member?.form !== 'object' || !isMembers(value)) continue
    const inOrder = orderMembers(value, member.object)
    if (inOrder === value) continue
    if (result === original) result = { ...result }
    result[name] = inOrder
  }
  return result as unknown as KubeObject
}

type Members = Record<string, unknown>

function orderMembers(members: Members, type: ObjectType): Members {
  const rank = ranksOf(type)
  const names = Object.keys(members)
  if (names.every((name, index) => index === 0 || before(rank, names[index - 1] as string, name))) return members
  names.sort((a, b) => rankOf(rank, a) - rankOf(rank, b))
  return Object.fromEntries(names.map((name) => [name, members[name]]))
}

function before(rank: ReadonlyMap<string, number>, a: string, b: string): boolean {
  return rankOf(rank, a) <= rankOf(rank, b)
}

function rankOf(rank: ReadonlyMap<string, number>, name: string): number {
  return rank.get(name) ?? Number.MAX_SAFE_INTEGER
}

function ranksOf(type: ObjectType): ReadonlyMap<string, number> {
  const known = ranks.get(type)
  if (known !== undefined) return known
  const made = new Map(TYPE_META)
  for (const [index, { name }] of type.fields.entries()) if (!made.has(name)) made.set(name, index)
  ranks.set(type, made)
  return made
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
