import type { JsonObject } from '../json-text.ts'
import type { Field, ObjectType, ScalarName, ValueType } from '../schema.ts'

/** How values merge in server-side apply: the merge types that Kubernetes derives from its OpenAPI documents. */
export type MergeType = ScalarMerge | MapMerge | ListMerge | AnyMerge

export interface ScalarMerge {
  readonly form: 'scalar'
  readonly scalar: 'numeric' | 'string' | 'boolean' | 'untyped'
}
export interface MapMerge {
  readonly form: 'map'
  readonly atomic: boolean
  /** Declared fields; undefined for maps. */
  field(name: string): MergeType | undefined
  /** Of keys that are no declared fields; undefined: there may be none. */
  readonly element: MergeType | undefined
}
export interface ListMerge {
  readonly form: 'list'
  readonly atomic: boolean
  /** The keys of a list of type map; none: a set. */
  readonly keys: readonly string[]
  readonly keyDefaults: ReadonlyMap<string, unknown>
  readonly element: MergeType
}
/** No schema: what the value is decides. */
export interface AnyMerge {
  readonly form: 'any'
  readonly asMap: MapMerge
  readonly asList: ListMerge
}

const UNTYPED: ScalarMerge = { form: 'scalar', scalar: 'untyped' }

function untyped(atomic: boolean): AnyMerge {
  const type: AnyMerge = {
    form: 'any',
    asMap: {
      form: 'map',
      atomic,
      field: () => undefined,
      get element(): MergeType {
        return type
      },
    },
    asList: {
      form: 'list',
      atomic: true,
      keys: [],
      keyDefaults: new Map(),
      get element(): MergeType {
        return ATOMIC_ANY
      },
    },
  }
  return type
}

export const ATOMIC_ANY = untyped(true)
/** Objects of a kind without a schema: maps merge, lists are atomic. */
export const DEDUCED = untyped(false)

const SCALARS: Partial<Record<ScalarName, MergeType>> = {
  string: { form: 'scalar', scalar: 'string' },
  bytes: { form: 'scalar', scalar: 'string' },
  bool: { form: 'scalar', scalar: 'boolean' },
  int32: { form: 'scalar', scalar: 'numeric' },
  int64: { form: 'scalar', scalar: 'numeric' },
  uint32: { form: 'scalar', scalar: 'numeric' },
  double: { form: 'scalar', scalar: 'numeric' },
  time: UNTYPED,
  microTime: UNTYPED,
  duration: UNTYPED,
  quantity: UNTYPED,
  intOrString: UNTYPED,
}

const byObject = new Map<string, MapMerge>()

/** The merge type of a built-in type. */
export function mergeTypeOf(type: ObjectType, atomic = type.mapType === 'atomic'): MapMerge {
  const id = `${atomic ? '!' : ''}${type.name}`
  let merge = byObject.get(id)
  if (merge === undefined) {
    merge = buildObject(type, atomic)
    byObject.set(id, merge)
  }
  return merge
}

function buildObject(type: ObjectType, atomic: boolean): MapMerge {
  const fields = new Map<string, MergeType>()
  return {
    form: 'map',
    atomic,
    element: undefined,
    field(name) {
      const known = fields.get(name)
      if (known !== undefined) return known
      const field = type.byName.get(name)
      if (field === undefined) return undefined
      const merge = fieldMerge(field)
      fields.set(name, merge)
      return merge
    },
  }
}

function fieldMerge(field: Field): MergeType {
  const { type } = field
  if (type.form === 'list') return listMerge(field, type.element)
  const atomic = field.mapType === 'atomic'
  if (type.form === 'map') {
    return { form: 'map', atomic, field: () => undefined, element: valueMerge(type.element) }
  }
  return type.form === 'object' && field.mapType !== undefined ? mergeTypeOf(type.object, atomic) : valueMerge(type)
}

function listMerge({ listType, listMapKeys }: Field, element: ValueType): ListMerge {
  const keyDefaults = new Map<string, unknown>()
  if (listType === 'map' && element.form === 'object') {
    for (const key of listMapKeys) {
      const field = element.object.byName.get(key)
      const value = field === undefined ? undefined : keyDefault(field)
      if (value !== undefined) keyDefaults.set(key, value)
    }
  }
  const atomic = listType !== 'set' && listType !== 'map'
  return {
    form: 'list',
    atomic,
    keys: listType === 'map' ? listMapKeys : [],
    keyDefaults,
    element: valueMerge(element),
  }
}

/** OpenAPI gives fields that are always written their zero value as the default. */
function keyDefault(field: Field): unknown {
  if (field.default !== undefined) return field.default
  if (field.pointer || field.omitEmpty || field.type.form !== 'scalar') return undefined
  const zeros: JsonObject = { string: '', bool: false, int32: 0, int64: 0 }
  return zeros[field.type.scalar]
}

function valueMerge(type: ValueType): MergeType {
  switch (type.form) {
    case 'scalar':
      return SCALARS[type.scalar] ?? ATOMIC_ANY
    case 'object':
      return lazily(type)
    case 'list':
      return { form: 'list', atomic: true, keys: [], keyDefaults: new Map(), element: valueMerge(type.element) }
    case 'map':
      return { form: 'map', atomic: false, field: () => undefined, element: valueMerge(type.element) }
  }
}

/** Objects of a type that may contain itself: looked up when first used. */
function lazily(type: ValueType & { form: 'object' }): MapMerge {
  let merge: MapMerge | undefined
  const resolve = () => {
    merge ??= mergeTypeOf(type.object)
    return merge
  }
  return {
    form: 'map',
    get atomic() {
      return resolve().atomic
    },
    get element() {
      return resolve().element
    },
    field: (name) => resolve().field(name),
  }
}

/** The form that a value of this type has. */
export function resolveMerge(type: MergeType, value: unknown): ScalarMerge | MapMerge | ListMerge {
  if (type.form !== 'any') return type
  if (Array.isArray(value)) return type.asList
  return typeof value === 'object' && value !== null
    ? type.asMap
    : value === null || value === undefined
      ? type.asMap
      : UNTYPED
}

export class ElementKeyError extends Error {}

/** The path element of a list item, with defaults for keys it leaves out. */
export function itemElement(list: ListMerge, item: unknown): string {
  if (list.keys.length === 0) {
    if (Array.isArray(item)) throw new ElementKeyError('not supported: associative list with lists as elements')
    if (item === null) throw new ElementKeyError("associative list without keys has an element that's an explicit null")
    if (typeof item === 'object')
      throw new ElementKeyError("associative list without keys has an element that's a map type")
    return `v:${JSON.stringify(item)}`
  }
  if (item === null) throw new ElementKeyError('associative list with keys may not have a null element')
  if (typeof item !== 'object' || Array.isArray(item)) {
    throw new ElementKeyError('associative list with keys may not have non-map elements')
  }
  const { keys } = list
  if (keys.length === 1) {
    const key = keys[0] as string
    const value = (item as JsonObject)[key] ?? list.keyDefaults.get(key)
    if (value !== undefined) return `k:{${JSON.stringify(key)}:${JSON.stringify(value)}}`
  } else {
    const parts: string[] = []
    for (const key of [...keys].sort()) {
      const value = (item as JsonObject)[key] ?? list.keyDefaults.get(key)
      if (value !== undefined) parts.push(`${JSON.stringify(key)}:${JSON.stringify(value)}`)
    }
    if (parts.length > 0) return `k:{${parts.join(',')}}`
  }
  const names = `[${keys.map((key) => JSON.stringify(key)).join(' ')}]`
  throw new ElementKeyError(
    `associative list with keys has an element that omits all key fields ${names} (and doesn't have default values for any key fields)`,
  )
}
