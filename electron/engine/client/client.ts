import type { KubeObject, ObjectList } from '../../../shared/api/object.ts'
import type { ResourceRef } from '../../../shared/api/resources.ts'
import type { Scale } from '../../../shared/api/types/autoscaling-v1.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'

export interface WriteOptions {
  readonly fieldManager?: string
  readonly dryRun?: boolean
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

export interface ListQuery {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

export interface WatchEvent<T extends KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: T
}

export type PatchType =
  | 'application/json-patch+json'
  | 'application/merge-patch+json'
  | 'application/strategic-merge-patch+json'
  | 'application/apply-patch+yaml'

export interface Patch {
  readonly type: PatchType
  readonly body: unknown
  readonly subresource?: string
  readonly force?: boolean
}

/** One resource as one user. Failures are ApiErrors. Objects that come out are shared: never change them in place. */
export interface ResourceClient<T extends KubeObject> {
  get(name: string, namespace?: string): Promise<T>
  list(query?: ListQuery): Promise<ObjectList<T>>
  create(object: T, options?: WriteOptions): Promise<T>
  /** Replaces the object; its resourceVersion, when set, must be the current one (409 Conflict otherwise). */
  update(object: T, options?: WriteOptions): Promise<T>
  updateStatus(object: T, options?: WriteOptions): Promise<T>
  patch(key: { name: string; namespace?: string | undefined }, patch: Patch, options?: WriteOptions): Promise<T>
  /** How many replicas a workload has and wants. NotFound, too, where the resource has no scale. */
  getScale(name: string, namespace?: string): Promise<Scale & KubeObject>
  /** Sets the wanted replicas; a resourceVersion, when set, must be the workload's (409 Conflict otherwise). */
  updateScale(scale: Scale & KubeObject): Promise<Scale & KubeObject>
  delete(key: { name: string; namespace?: string | undefined }, options?: DeleteOptions): Promise<void>
  deleteCollection(query: ListQuery, options?: DeleteOptions): Promise<void>
  /** POST to a subresource: pods/binding, pods/eviction, serviceaccounts/token. */
  createSubresource<R extends KubeObject>(
    key: { name: string; namespace?: string | undefined },
    subresource: string,
    body: R,
  ): Promise<R>
  /** Lists, then calls back with every later change, in batches. */
  watch(
    query: ListQuery & { resourceVersion: string },
    onEvents: (events: readonly WatchEvent<T>[]) => void,
  ): Disposable
}

/** The in-process way into the API server: the same rules as over HTTP, without HTTP and JSON. */
export interface Client {
  resource<T extends KubeObject>(ref: ResourceRef<T>): ResourceClient<T>
  /** The same server as another user, "system:serviceaccount:kube-system:..." for controllers. */
  as(user: { name: string; groups: readonly string[] }): Client
}
