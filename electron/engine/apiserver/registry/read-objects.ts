import type { StoredObject } from '../../store/object-store.ts'
import { newNotFound } from '../machinery/api-errors.ts'
import type { Selection } from './selection.ts'
import type { Call, ServerContext } from './server-context.ts'

export function getStored(context: ServerContext, call: Call): StoredObject {
  const { resource, namespace, name } = call
  const stored = context.store.get({ resource: resource.storageKey, namespace, name })
  if (stored === undefined) throw newNotFound(resource, name)
  return stored
}

/** All wanted objects as they are now. */
export function listStored(
  context: ServerContext,
  call: Call,
  selection: Selection,
): { readonly revision: number; readonly items: readonly StoredObject[] } {
  const listed = context.store.list(call.resource.storageKey, { namespace: call.namespace || undefined })
  if (selection === undefined) return listed
  return { revision: listed.revision, items: listed.items.filter((item) => selection(item.object)) }
}
