import { goQuote } from '../../../../../shared/api/go-text.ts'
import { compareText } from '../../../../../shared/lang/compare-text.ts'
import { LruMap } from '../../../../../shared/lang/lru-map.ts'
import type { JsonObject } from '../json-text.ts'

/**
 * Sets of field paths as tries (fieldpath.Set): a path element is its fieldsV1 text ("f:name", `k:{"name":"c"}`, `v:"x"`).
 * - A set that is finished is never changed; operations share what they can and answer the same set when nothing changes.
 * - `members` are the elements that are in the set themselves, `children` what is below.
 */
export class FieldSet {
  readonly members: Set<string>
  readonly children: Map<string, FieldSet>
  /** Its written forms, without and with a "." for itself, once they were asked for. */
  plain: WrittenSet | undefined
  member: WrittenSet | undefined

  constructor(members: Set<string> = new Set(), children: Map<string, FieldSet> = new Map()) {
    this.members = members
    this.children = children
  }

  get isEmpty(): boolean {
    return this.members.size === 0 && this.children.size === 0
  }

  /** Only while the set is being built. */
  insert(path: readonly string[]): void {
    let node: FieldSet = this
    const last = path.length - 1
    if (last < 0) return
    for (let i = 0; i < last; i++) {
      const element = path[i] as string
      let child = node.children.get(element)
      if (child === undefined) {
        child = new FieldSet()
        node.children.set(element, child)
      }
      node = child
    }
    node.members.add(path[last] as string)
  }

  has(path: readonly string[]): boolean {
    let node: FieldSet | undefined = this
    for (let i = 0; i < path.length - 1 && node !== undefined; i++) node = node.children.get(path[i] as string)
    return node?.members.has(path.at(-1) as string) ?? false
  }

  union(other: FieldSet): FieldSet {
    if (other.isEmpty || other === this) return this
    if (this.isEmpty) return other
    const children = new Map(this.children)
    for (const [element, child] of other.children) {
      const own = children.get(element)
      children.set(element, own === undefined ? child : own.union(child))
    }
    return new FieldSet(new Set([...this.members, ...other.members]), children)
  }

  intersection(other: FieldSet): FieldSet {
    if (other === this) return this
    const result = new FieldSet()
    for (const element of this.members) if (other.members.has(element)) result.members.add(element)
    for (const [element, child] of this.children) {
      const theirs = other.children.get(element)
      if (theirs === undefined) continue
      const common = child.intersection(theirs)
      if (!common.isEmpty) result.children.set(element, common)
    }
    return result
  }

  /** Without the paths of `other`; with `recursive` also without everything below its members. */
  difference(other: FieldSet, recursive = false): FieldSet {
    if (other.isEmpty || this.isEmpty) return this
    let changed = false
    const result = new FieldSet()
    for (const element of this.members) {
      if (other.members.has(element)) changed = true
      else result.members.add(element)
    }
    for (const [element, child] of this.children) {
      if (recursive && other.members.has(element)) {
        changed = true
        continue
      }
      const theirs = other.children.get(element)
      const rest = theirs === undefined ? child : child.difference(theirs, recursive)
      if (rest !== child) changed = true
      if (!rest.isEmpty) result.children.set(element, rest)
    }
    return changed ? result : this
  }

  isSubsetOf(other: FieldSet): boolean {
    if (other === this) return true
    for (const element of this.members) if (!other.members.has(element)) return false
    for (const [element, child] of this.children) {
      const theirs = other.children.get(element)
      if (theirs === undefined ? !child.isEmpty : !child.isSubsetOf(theirs)) return false
    }
    return true
  }

  equals(other: FieldSet): boolean {
    return this.isSubsetOf(other) && other.isSubsetOf(this)
  }

  /** Every path, members before what is below them, in the order of fieldpath.PathElement. */
  paths(): string[][] {
    const found: string[][] = []
    this.#collect([], found)
    return found
  }

  #collect(prefix: readonly string[], found: string[][]): void {
    for (const element of [...this.members].sort(compareElements)) found.push([...prefix, element])
    for (const element of [...this.children.keys()].sort(compareElements)) {
      const child = this.children.get(element)
      if (child !== undefined) child.#collect([...prefix, element], found)
    }
  }
}

const ORDER = 'fkvi'

/** Field names first, then keys, values and indexes. */
function compareElements(a: string, b: string): number {
  if (a[0] !== b[0]) return ORDER.indexOf(a[0] as string) - ORDER.indexOf(b[0] as string)
  return compareText(a, b)
}

/**
 * A finished set in the fieldsV1 form. Sets of the same fields are one: objects made from one template own mostly the
 * same, and the sets of a few thousand pods would else weigh more than the pods.
 */
interface WrittenSet {
  readonly set: FieldSet
  readonly fields: JsonObject
  /** Stands for the set in the keys of those above it. */
  readonly id: number
  /** Of its text, about. */
  readonly length: number
}

const MAX_SHARED = 2048
/** Larger sets are seldom the same, as a generated name is somewhere in them; what is below them is. */
const MAX_SHARED_LENGTH = 2048
const shared = new LruMap<WrittenSet>(MAX_SHARED)
const decoded = new WeakMap<object, FieldSet>()
const LEAF: JsonObject = Object.freeze({})
let newestId = 0

/** A set from its fieldsV1 form; remembered, since the same immutable object is asked again. */
export function decodeFieldsV1(fields: JsonObject): FieldSet {
  let set = decoded.get(fields)
  if (set === undefined) {
    set = write(decodeNode(fields), '.' in fields).set
    decoded.set(fields, set)
  }
  return set
}

function decodeNode(fields: JsonObject): FieldSet {
  const set = new FieldSet()
  for (const element in fields) {
    if (element === '.') continue
    if (!/^[fkvi]:/.test(element)) throw new FieldsV1Error(`missing colon: ${element}`)
    const below = fields[element]
    if (typeof below !== 'object' || below === null) throw new FieldsV1Error(`expected object below ${element}`)
    const node = below as JsonObject
    const child = decodeNode(node)
    if ('.' in node || child.isEmpty) set.members.add(element)
    if (!child.isEmpty) set.children.set(element, child)
  }
  return set
}

export class FieldsV1Error extends Error {}

export function encodeFieldsV1(set: FieldSet): JsonObject {
  const { fields, set: own } = write(set, false)
  decoded.set(fields, own)
  return fields
}

function write(set: FieldSet, isMember: boolean): WrittenSet {
  const form = isMember ? 'member' : 'plain'
  set[form] ??= shareWritten(set, isMember)
  return set[form]
}

/** What makes a set the same as another: its elements, each after its length, and what is below each. */
function shareWritten(set: FieldSet, isMember: boolean): WrittenSet {
  const children = new Map<string, FieldSet>()
  const fields: JsonObject = isMember ? { '.': LEAF } : {}
  let key = isMember ? '.' : ''
  let length = 0
  const elements = [...set.members]
  for (const element of set.children.keys()) if (!set.members.has(element)) elements.push(element)
  for (const element of elements.sort(compareElements)) {
    const child = set.children.get(element)
    const below = child === undefined ? undefined : write(child, set.members.has(element))
    if (below !== undefined) children.set(element, below.set)
    fields[element] = below?.fields ?? LEAF
    key += `${element.length}:${element}${below?.id ?? 0},`
    length += element.length + (below?.length ?? 0)
  }
  const known = length <= MAX_SHARED_LENGTH ? shared.get(key) : undefined
  if (known !== undefined) return known
  const own = new FieldSet(set.members, children)
  newestId++
  const written = { set: own, fields, id: newestId, length }
  own[isMember ? 'member' : 'plain'] = written
  if (length <= MAX_SHARED_LENGTH) shared.set(key, written)
  return written
}

/** Path.String(): `.spec.containers[name="c"].image`. */
export function pathText(path: readonly string[]): string {
  return path.map(elementText).join('')
}

export function elementText(element: string): string {
  const body = element.slice(2)
  if (element[0] === 'f') return `.${body}`
  if (element[0] === 'i') return `[${body}]`
  const value: unknown = JSON.parse(body)
  if (element[0] === 'v') return `[=${valueText(value)}]`
  return `[${Object.entries(value as JsonObject)
    .map(([name, key]) => `${name}=${valueText(key)}`)
    .join(',')}]`
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? goQuote(value) : JSON.stringify(value)
}
