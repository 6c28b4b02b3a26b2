import type { KubeObject } from '../../../shared/api/object.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'

/** A point in the store's one history. Grows by one with every committed change; survives restarts. */
export type Revision = number

/** Where an object lives: resource is "pods" or "deployments.apps"; namespace is "" for cluster-scoped objects. */
export interface ObjectKey {
  readonly resource: string
  readonly namespace: string
  readonly name: string
}

/**
 * "namespace/name": what lists are ordered by, compared by code unit. As in etcd "kube-system/a" sorts before "kube/a",
 * because "-" sorts before "/".
 */
export function storageKey(key: { readonly namespace: string; readonly name: string }): string {
  return `${key.namespace}/${key.name}`
}

/** One object at one revision, immutable and shared by everyone who reads it. */
export interface StoredObject {
  readonly key: ObjectKey
  /** `String(revision)` is `object.metadata.resourceVersion`. */
  readonly revision: Revision
  readonly object: KubeObject
  /** The object as JSON, made on first use and shared. */
  json(): Buffer
}

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  /** For DELETED: the last state, under the revision of the deletion. */
  readonly stored: StoredObject
  /** The state before; absent for ADDED. */
  readonly previous?: StoredObject | undefined
}

/** What a write decides, having seen the newest accepted state of its key. */
export type Change =
  | { readonly put: KubeObject }
  /** Removes the object; `delete` is its final state as watchers will see it. */
  | { readonly delete: KubeObject }
  /** Nothing to write: the current object is the answer. */
  | { readonly keep: true }

/** The history that a caller asked for is gone: list again. Answered as 410 Expired. */
export class RevisionCompacted extends Error {
  readonly oldest: Revision
  constructor(requested: Revision, oldest: Revision) {
    super(`revision ${requested} is compacted, the oldest is ${oldest}`)
    this.name = 'RevisionCompacted'
    this.oldest = oldest
  }
}

/** The journal can't be written (disk full, failing fsync): the write did not happen; reads still work. */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreUnavailable'
  }
}

/**
 * The cluster's state.
 * - Durable: a write resolves after its journal entry is on disk; only then do reads and watches show it.
 * - One history: revisions strictly increase across all resources, in commit order, without gaps for watchers.
 * - Compare and swap: `change` runs synchronously against the newest accepted state, durable or not; nothing comes
 *   between it and its write.
 * - Exact watches: from revision n, every later change of the scope once, in order.
 */
export interface ObjectStore {
  /** The newest durable revision. */
  readonly revision: Revision
  /** Lists and watches reach back to here. */
  readonly oldestRevision: Revision

  get(key: ObjectKey): StoredObject | undefined

  /**
   * Objects of a resource, ordered by `storageKey` (as etcd orders them), as they are now or were at `at`.
   * Throws RevisionCompacted when `at` is older than `oldestRevision`.
   */
  list(
    resource: string,
    options?: { namespace?: string | undefined; at?: Revision | undefined },
  ): {
    readonly revision: Revision
    readonly items: readonly StoredObject[]
  }

  /** How many objects of a resource there are, without listing them. */
  count(resource: string): number

  /**
   * Decides and writes one key. Whatever `change` throws is thrown to the caller and changes nothing.
   * The store sets metadata.resourceVersion on what is put or deleted (on a copy). Resolves with the stored object once durable;
   * undefined when `keep` was answered for a key without an object. Rejects with StoreUnavailable.
   */
  write(key: ObjectKey, change: (current: StoredObject | undefined) => Change): Promise<StoredObject | undefined>

  /**
   * Delivers every change of a resource (all resources when undefined) after `from`: first what history holds (in one
   * batch, before `watch` returns), then each commit as it becomes durable, in batches, synchronously. A `from` in the
   * future waits for the changes after it. Throws RevisionCompacted when `from` is older than `oldestRevision`.
   */
  watch(
    scope: { resource?: string | undefined; namespace?: string | undefined },
    from: Revision,
    onEvents: (events: readonly StoreEvent[]) => void,
  ): Disposable

  /** Forgets history up to `revision`, which becomes the oldest. Throws RangeError when it lies in the future. */
  compact(revision: Revision): void

  /**
   * Waits for accepted writes, then ends all watches and releases the files. Later writes are StoreUnavailable.
   * Rejects when the last commit failed and the file still can't be written: refused writes may then be found in it.
   */
  close(): Promise<void>
}
