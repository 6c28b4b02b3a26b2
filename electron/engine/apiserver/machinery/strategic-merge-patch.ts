import { goQuote } from '../../../../shared/api/go-text.ts'
import { ownMember } from '../../../../shared/lang/own-member.ts'
import { setMember } from '../../../../shared/lang/set-member.ts'
import { goText, isJsonObject, kindOfJson, sameScalar } from './go-value.ts'
import type { JsonObject } from './json-text.ts'
import { PatchError } from './merge-patch.ts'
import type { Field, ObjectType, ValueType } from './schema.ts'
import { checkOrder, mergeInOrder, noMergeKey, partition } from './strategic-merge-order.ts'

/**
 * Strategic merge patch: merges by the patch strategies and merge keys of the type, with the directives `$patch`,
 * `$retainKeys`, `$deleteFromPrimitiveList/…` and `$setElementOrder/…`.
 * The result shares what did not change with `original`; neither argument is changed. Errors have Go's words.
 */
export function applyStrategicMergePatch(type: ObjectType, original: JsonObject, patch: JsonObject): JsonObject {
  return mergeMap(original, patch, { form: 'object', object: type, goType: type.goName })
}

const DIRECTIVE = '$patch'
const RETAIN_KEYS = '$retainKeys'
const DELETE_FROM_LIST = '$deleteFromPrimitiveList'
const ELEMENT_ORDER = '$setElementOrder'

function mergeMap(original: JsonObject, patch: JsonObject, type: ValueType): JsonObject {
  if (DIRECTIVE in patch) return applyMapDirective(patch)
  const result = retainKeys(original, patch)
  const done = applyElementOrders(result, patch, type)
  for (const name in patch) {
    if (done.has(name)) continue
    const isDeletion = name.startsWith(DELETE_FROM_LIST)
    mergeKeyValue(result, isDeletion ? directiveTarget(name, DELETE_FROM_LIST) : name, patch[name], type, isDeletion)
  }
  return result
}

function applyMapDirective(patch: JsonObject): JsonObject {
  const { [DIRECTIVE]: directive, ...rest } = patch
  if (directive === 'replace') return rest
  if (directive === 'delete') return {}
  throw new PatchError(`unknown patch type: ${goText(directive)} in map: ${goText(patch)}`)
}

/** A private copy of `original` without what `$retainKeys` does not name. */
function retainKeys(original: JsonObject, patch: JsonObject): JsonObject {
  if (!(RETAIN_KEYS in patch)) return { ...original }
  const retained = patch[RETAIN_KEYS]
  const problem = 'invalid patch format of retainKeys'
  if (!Array.isArray(retained)) throw new PatchError(problem)
  const names = new Set(retained)
  for (const name in patch) {
    const isDirective = name === RETAIN_KEYS || name.startsWith(DELETE_FROM_LIST) || name.startsWith(ELEMENT_ORDER)
    if (patch[name] !== null && !isDirective && !names.has(name)) throw new PatchError(problem)
  }
  return Object.fromEntries(Object.entries(original).filter(([name]) => names.has(name)))
}

/** Handles `$setElementOrder/…` with the lists they order; answers the keys of the patch that are done with. */
function applyElementOrders(result: JsonObject, patch: JsonObject, type: ValueType): Set<string> {
  const done = new Set([RETAIN_KEYS])
  for (const key in patch) {
    if (!key.startsWith(ELEMENT_ORDER)) continue
    done.add(key)
    const name = directiveTarget(key, ELEMENT_ORDER)
    const order = listOrFail(patch[key])
    const own = Object.hasOwn(result, name) ? listOrFail(result[name]) : undefined
    const patched = Object.hasOwn(patch, name) ? listOrFail(patch[name]) : undefined
    const meta = listMeta(type, name)
    checkOrder(patched ?? [], order, meta.mergeKey)
    let merged: readonly unknown[]
    if (own !== undefined && patched !== undefined) merged = mergeListField(own, patched, meta, false)
    else if (own !== undefined) merged = own
    else if (patched !== undefined) merged = withoutDirectives(patched) as unknown[]
    else continue
    const [fromPatch, serverOnly] = partition(merged, order, meta.mergeKey)
    const isMap = elementKind(own ?? [], patched ?? []) === 'map'
    const { mergeKey } = meta
    setMember(
      result,
      name,
      mergeInOrder({ fromPatch, serverOnly, patchOrder: order, serverOrder: own ?? [], mergeKey, isMap }),
    )
    done.add(name)
  }
  return done
}

function mergeKeyValue(result: JsonObject, name: string, value: unknown, type: ValueType, isDeletion: boolean): void {
  if (value === null) {
    delete result[name]
    return
  }
  const own = ownMember(result, name)
  const kind = kindOfJson(value)
  if (own === undefined || kindOfJson(own) !== kind || (kind !== 'map' && kind !== 'list')) {
    if (isDeletion) return
    const kept = withoutDirectives(own === undefined || kindOfJson(own) !== kind ? withoutNulls(value) : value)
    if (kept === undefined) delete result[name]
    else setMember(result, name, kept)
    return
  }
  if (kind === 'list') {
    result[name] = mergeListField(own as unknown[], value as unknown[], listMeta(type, name), isDeletion)
    return
  }
  const field = fieldMeta(type, name)
  const replaces = strategyOf(field.strategies) === 'replace'
  setMember(result, name, replaces ? value : mergeMap(own as JsonObject, value as JsonObject, field.type))
}

interface ListMeta {
  readonly element: ValueType
  readonly strategy: string
  readonly mergeKey: string
}

function mergeListField(
  own: readonly unknown[],
  patch: readonly unknown[],
  meta: ListMeta,
  isDeletion: boolean,
): readonly unknown[] {
  return meta.strategy === 'merge' || isDeletion ? mergeList(own, patch, meta, isDeletion) : patch
}

function mergeList(
  own: readonly unknown[],
  patch: readonly unknown[],
  meta: ListMeta,
  isDeletion: boolean,
): readonly unknown[] {
  if (own.length === 0 && patch.length === 0) return own
  const { mergeKey } = meta
  const isMap = elementKind(own, patch) === 'map'
  if (!isMap) {
    if (isDeletion) return own.filter((item) => !patch.some((gone) => sameScalar(item, gone)))
    const merged = [...new Set([...own, ...patch])]
    const [fromPatch, serverOnly] = partition(merged, patch, mergeKey)
    return mergeInOrder({ fromPatch, serverOnly, patchOrder: patch, serverOrder: own, mergeKey, isMap })
  }
  if (mergeKey === '') throw new PatchError(`cannot merge lists without merge key for ${goKind(meta.element)}`)
  const { kept, changes } = applyElementDirectives(own as JsonObject[], patch as JsonObject[], mergeKey)
  const merged = [...kept]
  for (const change of changes) {
    if (!(mergeKey in change)) throw noMergeKey(change, mergeKey)
    const at = findElement(merged, mergeKey, change[mergeKey])
    if (at < 0) merged.push(change)
    else merged[at] = mergeMap(merged[at] as JsonObject, change, meta.element)
  }
  const [fromPatch, serverOnly] = partition(merged, changes, mergeKey)
  return mergeInOrder({ fromPatch, serverOnly, patchOrder: changes, serverOrder: kept, mergeKey, isMap })
}

function applyElementDirectives(
  own: readonly JsonObject[],
  patch: readonly JsonObject[],
  mergeKey: string,
): { kept: readonly JsonObject[]; changes: readonly JsonObject[] } {
  let kept = own
  let replaces = false
  const changes: JsonObject[] = []
  for (const element of patch) {
    const directive = element[DIRECTIVE]
    if (!(DIRECTIVE in element)) changes.push(element)
    else if (directive === 'delete') {
      if (!(mergeKey in element)) throw noMergeKey(element, mergeKey)
      kept = kept.filter(
        (each) => !isJsonObject(each) || !(mergeKey in each) || !sameScalar(each[mergeKey], element[mergeKey]),
      )
    } else if (directive === 'replace') replaces = true
    else if (directive === 'merge') throw new PatchError('merging lists cannot yet be specified in the patch')
    else throw new PatchError(`unknown patch type: ${goText(directive)} in map: ${goText(element)}`)
  }
  return replaces ? { kept: changes, changes: [] } : { kept, changes }
}

function findElement(list: readonly unknown[], mergeKey: string, value: unknown): number {
  return list.findIndex((each, at) => {
    if (!isJsonObject(each)) throw new PatchError(`value for key ${at} is not a map`)
    return mergeKey in each && sameScalar(each[mergeKey], value)
  })
}

/** The common kind of all elements. */
function elementKind(...lists: readonly (readonly unknown[])[]): string {
  let kind: string | undefined
  for (const element of lists.flat()) {
    const own = kindOfJson(element)
    kind ??= own
    if (own === 'list') throw new PatchError('lists of lists are not supported')
    if (own !== kind) throw new PatchError(`list element types are not identical: ${goText(lists)}`)
  }
  if (kind === undefined) throw new PatchError('no elements in any of the given slices')
  return kind
}

function fieldMeta(
  type: ValueType,
  name: string,
): { type: ValueType; strategies: readonly string[]; mergeKey: string } {
  if (type.form !== 'object') {
    throw new PatchError(`merging an object in json but data type is not struct, instead is: ${goKind(type)}`)
  }
  const field = type.object.byName.get(name) ?? foldedField(type.object, name)
  if (field === undefined) {
    throw new PatchError(`unable to find api field in struct ${type.object.goName} for the json field ${goQuote(name)}`)
  }
  return { type: field.type, strategies: field.patchStrategies, mergeKey: field.patchMergeKey ?? '' }
}

function foldedField(type: ObjectType, name: string): Field | undefined {
  const folded = name.toLowerCase()
  return type.fields.find((field) => field.name.toLowerCase() === folded)
}

function listMeta(type: ValueType, name: string): ListMeta {
  const { type: fieldType, strategies, mergeKey } = fieldMeta(type, name)
  if (fieldType.form !== 'list' && !(fieldType.form === 'scalar' && fieldType.scalar === 'bytes')) {
    throw new PatchError(`expected slice or array type, but got: ${goKind(type)}`)
  }
  const element: ValueType =
    fieldType.form === 'list' ? fieldType.element : { form: 'scalar', scalar: 'int32', goType: 'uint8' }
  return { element, strategy: strategyOf(strategies), mergeKey }
}

function strategyOf(strategies: readonly string[]): string {
  return strategies.find((strategy) => strategy !== 'retainKeys') ?? ''
}

function goKind(type: ValueType): string {
  if (type.form === 'object') return 'struct'
  if (type.form === 'list') return 'slice'
  return type.form === 'map' ? 'map' : type.scalar
}

function directiveTarget(key: string, prefix: string): string {
  if (key.startsWith(`${prefix}/`)) return key.slice(prefix.length + 1)
  const what = prefix === DELETE_FROM_LIST ? 'primitive list' : 'setElementOrder list'
  throw new PatchError(`invalid patch format of ${what}`)
}

function listOrFail(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  const kind = kindOfJson(value)
  const names: Record<string, string> = {
    null: '%!s(<nil>)',
    map: 'map[string]interface {}',
    int: 'int64',
    float: 'float64',
    boolean: 'bool',
  }
  throw new PatchError(`expected a []interface {}, but received a ${names[kind] ?? kind}`)
}

/** discardNullValuesFromPatch: nulls in maps only. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === null ? [] : [[key, withoutNulls(item)]])),
  )
}

/** The value without maps that carry a `$patch`; undefined when it is such a map itself. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined)
  if (!isJsonObject(value)) return value
  if (DIRECTIVE in value) return undefined
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const kept = withoutDirectives(item)
      return kept === undefined ? [] : [[key, kept]]
    }),
  )
}
