import type { KubeObject } from '../../../shared/api/object.ts'
import type { ObjectKey, Revision, StoredObject } from './object-store.ts'
import { shareUnchanged } from './share-unchanged.ts'

/** One object at one revision, made of a value (a write) or of JSON (the journal); the other form is made when asked for. */
export class Stored implements StoredObject {
  readonly key: ObjectKey
  readonly revision: Revision
  /** The revision that created the object: its row in the journal, never used for another object. */
  readonly created: Revision
  readonly #freeze: boolean
  #object: KubeObject | undefined
  #json: Buffer | undefined
  #compact = false

  private constructor(key: ObjectKey, revision: Revision, created: Revision, freeze: boolean) {
    this.key = key
    this.revision = revision
    this.created = created
    this.#freeze = freeze
  }

  /**
   * Takes `object` over under a new revision: it must not be changed by anyone from here on. What it has in common with
   * the `previous` version is kept once.
   */
  static fromObject(
    key: ObjectKey,
    object: KubeObject,
    at: { revision: Revision; created: Revision; freeze: boolean; previous?: KubeObject | undefined },
  ): Stored {
    const stored = new Stored(key, at.revision, at.created, at.freeze)
    const shared = shareUnchanged(object, at.previous)
    const metadata = { ...shared.metadata, resourceVersion: String(at.revision) }
    stored.#object = stored.#seal({ ...shared, metadata })
    return stored
  }

  static fromJson(
    key: ObjectKey,
    json: Buffer,
    at: { revision: Revision; created: Revision; freeze: boolean },
  ): Stored {
    const stored = new Stored(key, at.revision, at.created, at.freeze)
    stored.#json = json
    return stored
  }

  get object(): KubeObject {
    if (this.#object !== undefined) return this.#object
    const object = this.#seal(JSON.parse(this.json().toString()) as KubeObject)
    if (!this.#compact) this.#object = object
    return object
  }

  json(): Buffer {
    this.#json ??= Buffer.from(JSON.stringify(this.#object))
    return this.#json
  }

  /**
   * Keeps the JSON only, a fifth of the value's size: for what is there just in case. Whoever reads the value gets one
   * of his own from here on.
   */
  compact(): void {
    this.json()
    this.#object = undefined
    this.#compact = true
  }

  /** Undefined while nobody has asked for the JSON. */
  get jsonBytes(): number | undefined {
    return this.#json?.length
  }

  #seal(object: KubeObject): KubeObject {
    return this.#freeze ? deepFreeze(object) : object
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
  return value
}
