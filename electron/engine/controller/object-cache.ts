import { type KubeObject, objectKey } from '../../../shared/api/object.ts'

interface Index<T> {
  readonly values: (object: T) => readonly string[]
  readonly objects: Map<string, Map<string, T>>
}

/** Objects of one resource by key and by any number of indexes; an index answers in the time of its result. */
export class ObjectCache<T extends KubeObject> {
  readonly #objects = new Map<string, T>()
  readonly #indexes = new Map<string, Index<T>>()

  constructor() {
    this.addIndex('namespace', (object) => [object.metadata.namespace ?? ''])
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }

  list(namespace?: string): readonly T[] {
    return namespace === undefined ? [...this.#objects.values()] : this.byIndex('namespace', namespace)
  }

  addIndex(name: string, values: (object: T) => readonly string[]): void {
    if (this.#indexes.has(name)) return
    const index: Index<T> = { values, objects: new Map() }
    this.#indexes.set(name, index)
    for (const [key, object] of this.#objects) insert(index, key, object)
  }

  byIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name)
    if (index === undefined) throw new Error(`no index "${name}"`)
    return [...(index.objects.get(value)?.values() ?? [])]
  }

  /** Answers what the object replaced. */
  put(object: T): T | undefined {
    const key = objectKey(object)
    const before = this.#objects.get(key)
    this.#objects.set(key, object)
    for (const index of this.#indexes.values()) {
      if (before !== undefined) withdraw(index, key, before)
      insert(index, key, object)
    }
    return before
  }

  remove(key: string): T | undefined {
    const before = this.#objects.get(key)
    if (before === undefined) return undefined
    this.#objects.delete(key)
    for (const index of this.#indexes.values()) withdraw(index, key, before)
    return before
  }
}

function insert<T>(index: Index<T>, key: string, object: T): void {
  for (const value of index.values(object)) {
    const bucket = index.objects.get(value)
    if (bucket === undefined) index.objects.set(value, new Map([[key, object]]))
    else bucket.set(key, object)
  }
}

function withdraw<T>(index: Index<T>, key: string, object: T): void {
  for (const value of index.values(object)) {
    const bucket = index.objects.get(value)
    bucket?.delete(key)
    if (bucket?.size === 0) index.objects.delete(value)
  }
}
