import type { ObjectMeta } from './types/meta-v1.ts'

/** What every API object has. Objects that came from the store, an informer or a client are immutable: copy to change. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
}

export interface ObjectList<T extends KubeObject = KubeObject> {
  readonly resourceVersion: string
  readonly items: readonly T[]
  readonly continue?: string | undefined
  readonly remainingItemCount?: number | undefined
}

/** "namespace/name", or "name" for cluster-scoped objects: the key of work queues and indexes. */
export function objectKey(object: KubeObject): string {
  const { namespace, name } = object.metadata
  return namespace ? `${namespace}/${name}` : (name ?? '')
}

export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/')
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
