import { goQuote } from '../../../../shared/api/go-text.ts'
import { ownMember } from '../../../../shared/lang/own-member.ts'
import { setMember } from '../../../../shared/lang/set-member.ts'
import { deepEqual, isJsonObject } from './go-value.ts'
import type { JsonObject } from './json-text.ts'
import { PatchError } from './merge-patch.ts'

/**
 * RFC 6902 as the server applies it (negative indexes count from the end, texts of its library).
 * The result shares what did not change with the document; containers are copied the first time they change.
 */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) {
    throw new PatchError(`json: cannot unmarshal ${jsonKind(patch)} into Go value of type jsonpatch.Patch`)
  }
  const session = new PatchSession(document)
  for (const operation of patch) session.apply(isJsonObject(operation) ? operation : {})
  return session.root
}

type Container = JsonObject | unknown[]

const MISSING = 'missing value'

class PatchSession {
  root: unknown
  /** Containers that this session made and may change. */
  readonly #own = new WeakSet<object>()

  constructor(root: unknown) {
    this.root = root
  }

  apply(operation: JsonObject): void {
    const op = typeof operation.op === 'string' ? operation.op : 'unknown'
    const value = operation.value === undefined ? null : operation.value
    switch (op) {
      case 'add':
        this.#add(pathOf(operation, op), value)
        break
      case 'remove':
        this.#remove(pathOf(operation, op))
        break
      case 'replace':
        this.#replace(pathOf(operation, op), value)
        break
      case 'test':
        this.#test(pathOf(operation, op), value)
        break
      case 'move':
        this.#move(pathOf(operation, op, 'from'), pathOf(operation, op))
        break
      case 'copy':
        this.#copy(pathOf(operation, op, 'from'), pathOf(operation, op))
        break
      default:
        throw new PatchError(`Unexpected kind: ${op}`)
    }
  }

  #add(path: string, value: unknown): void {
    const [container, key] =
      this.#find(path) ?? fail(`add operation does not apply: doc is missing path: "${path}": ${MISSING}`)
    wrap(`error in add for path: '${path}'`, () => addTo(container, key, value))
  }

  #remove(path: string): void {
    const [container, key] =
      this.#find(path) ?? fail(`remove operation does not apply: doc is missing path: "${path}": ${MISSING}`)
    wrap(`error in remove for path: '${path}'`, () => removeFrom(container, key))
  }

  #replace(path: string, value: unknown): void {
    if (path === '') {
      if (typeof value !== 'object' || value === null)
        fail('replace operation value must be object or array: %!w(<nil>)')
      this.root = value
      return
    }
    const [container, key] =
      this.#find(path) ?? fail(`replace operation does not apply: doc is missing path: ${path}: ${MISSING}`)
    if (!Array.isArray(container)) {
      setMember(container, key, value)
      return
    }
    const at = wrap(undefined, () => indexIn(container, key))
    if (at === undefined) fail(`replace operation does not apply: doc is missing key: ${path}: ${MISSING}`)
    else container[at] = value
  }

  #test(path: string, value: unknown): void {
    if (path === '') {
      if (!deepEqual(this.root, value)) fail(`testing value ${path} failed: test failed`)
      return
    }
    const [container, key] =
      this.#find(path) ?? fail(`test operation does not apply: is missing path: ${path}: ${MISSING}`)
    const actual = wrap(`error in test for path: '${path}'`, () => getFrom(container, key))
    if (!deepEqual(actual ?? null, value)) fail(`testing value ${path} failed: test failed`)
  }

  #move(from: string, path: string): void {
    const [source, sourceKey] =
      this.#find(from) ?? fail(`move operation does not apply: doc is missing from path: ${from}: ${MISSING}`)
    const value = wrap(`error in move for path: '${sourceKey}'`, () => {
      const found = getFrom(source, sourceKey)
      removeFrom(source, sourceKey)
      return found
    })
    const [target, key] =
      this.#find(path) ?? fail(`move operation does not apply: doc is missing destination path: ${path}: ${MISSING}`)
    wrap(`error in move for path: '${path}'`, () => addTo(target, key, value))
  }

  #copy(from: string, path: string): void {
    const [source, sourceKey] =
      this.#find(from) ?? fail(`copy operation does not apply: doc is missing from path: ${from}: ${MISSING}`)
    const value = wrap(`error in copy for from: '${from}'`, () => getFrom(source, sourceKey))
    const [target, key] =
      this.#find(path) ?? fail(`copy operation does not apply: doc is missing destination path: ${path}: ${MISSING}`)
    // both places now share the value: neither may change it in place
    if (typeof value === 'object' && value !== null) this.#own.delete(value)
    wrap('error while adding value during copy', () => addTo(target, key, value === undefined ? null : value))
  }

  /** The container that a path's last part names something in, made changeable together with all above it. */
  #find(path: string): [container: Container, key: string] | undefined {
    const parts = path.split('/')
    if (parts.length < 2 || !isContainer(this.root)) return undefined
    let container = this.#changeable(this.root)
    this.root = container
    for (let i = 1; i < parts.length - 1; i++) {
      const part = decodeKey(parts[i] as string)
      const at = Array.isArray(container) ? wrap(undefined, () => indexIn(container as unknown[], part)) : part
      if (at === undefined) return undefined
      const next: unknown = (container as JsonObject)[at]
      if (!isContainer(next)) return undefined
      const changeable = this.#changeable(next)
      ;(container as JsonObject)[at] = changeable
      container = changeable
    }
    return [container, decodeKey(parts.at(-1) as string)]
  }

  #changeable(container: Container): Container {
    if (this.#own.has(container)) return container
    const copy: Container = Array.isArray(container) ? [...container] : { ...container }
    this.#own.add(copy)
    return copy
  }
}

function isContainer(value: unknown): value is Container {
  return Array.isArray(value) || isJsonObject(value)
}

function addTo(container: Container, key: string, value: unknown): void {
  if (!Array.isArray(container)) setMember(container, key, value)
  else if (key === '-') container.push(value)
  else
    container.splice(
      indexIn(container, key, container.length + 1, `value was not a proper array index: '${key}': `),
      0,
      value,
    )
}

function removeFrom(container: Container, key: string): void {
  if (Array.isArray(container)) container.splice(indexIn(container, key), 1)
  else if (Object.hasOwn(container, key)) delete container[key]
  else fail(`Unable to remove nonexistent key: ${key}: ${MISSING}`)
}

function getFrom(container: Container, key: string): unknown {
  if (Array.isArray(container)) return container[indexIn(container, key)]
  return ownMember(container, key)
}

function indexIn(list: readonly unknown[], key: string, size = list.length, prefix = ''): number {
  if (!/^[-+]?[0-9]+$/.test(key)) fail(`${prefix}strconv.Atoi: parsing ${goQuote(key)}: invalid syntax`)
  const at = Number(key)
  if (at >= size || at < -size) fail(`Unable to access invalid index: ${at}: invalid index referenced`)
  return at < 0 ? at + size : at
}

function pathOf(operation: JsonObject, op: string, name: 'path' | 'from' = 'path'): string {
  const path = operation[name]
  return typeof path === 'string' ? path : fail(`${op} operation failed to decode ${name}: ${MISSING}`)
}

function decodeKey(part: string): string {
  return part.includes('~') ? part.replaceAll('~1', '/').replaceAll('~0', '~') : part
}

function fail(message: string): never {
  throw new PatchError(message)
}

/** Runs `action`; its failure is told after `prefix`, or answered as undefined without one. */
function wrap<T>(prefix: string | undefined, action: () => T): T
function wrap<T>(prefix: undefined, action: () => T): T | undefined
function wrap<T>(prefix: string | undefined, action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    if (prefix === undefined) return undefined
    throw new PatchError(`${prefix}: ${error.message}`)
  }
}

function jsonKind(value: unknown): string {
  if (typeof value === 'boolean') return 'bool'
  return typeof value
}
