import type { ObjectKey, StoredObject, StoreEvent } from '../../electron/engine/store/object-store.ts'
import type { KubeObject } from '../../shared/api/object.ts'

/** The object under test, told from its other states by `data`. */
export interface Sample extends KubeObject {
  data: string
}

export function keyOf(name: string, namespace = 'default', resource = 'pods'): ObjectKey {
  return { resource, namespace, name }
}

export function sample(key: ObjectKey, data: string): Sample {
  const metadata = key.namespace ? { name: key.name, namespace: key.namespace } : { name: key.name }
  return { apiVersion: 'v1', kind: 'Sample', metadata, data }
}

export function dataOf(stored: StoredObject | undefined): string | undefined {
  return stored && (stored.object as Sample).data
}

/** "default/a=1": an object in one word. */
export function shown(stored: StoredObject): string {
  return `${stored.key.namespace}/${stored.key.name}=${dataOf(stored)}`
}

/** "MODIFIED default/a=2 was 1 @3": an event in one line. */
export function shownEvent({ type, stored, previous }: StoreEvent): string {
  const was = previous ? ` was ${dataOf(previous)}` : ''
  return `${type} ${shown(stored)}${was} @${stored.revision}`
}
