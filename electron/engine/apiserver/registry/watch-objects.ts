import type { KubeObject } from '../../../../shared/api/object.ts'
import type { Disposable } from '../../../../shared/lang/disposable.ts'
import { type Revision, RevisionCompacted, type StoredObject, type StoreEvent } from '../../store/object-store.ts'
import { newResourceExpired } from '../machinery/api-errors.ts'
import type { Resource } from './resource.ts'
import type { Selection } from './selection.ts'
import type { ServerContext } from './server-context.ts'

/** One event as one watcher sees it: leaving the selection is a deletion, entering it an addition. */
export interface SelectedEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly stored: StoredObject
  /** For an object that left the selection: its former state, to be shown under the event's revision. */
  readonly former?: KubeObject | undefined
}

export interface WatchScope {
  readonly resource: Resource
  /** "" or undefined: all namespaces. */
  readonly namespace?: string | undefined
  readonly selection: Selection
  readonly from: Revision
}

/** Delivers every later change of the scope once, in order. Throws 410 Expired when `from` is too old. */
export function watchObjects(
  context: ServerContext,
  scope: WatchScope,
  onEvents: (events: readonly SelectedEvent[]) => void,
): Disposable {
  const { selection } = scope
  const deliver =
    selection === undefined
      ? onEvents
      : (events: readonly StoreEvent[]) => {
          const selected = events.map((event) => select(event, selection)).filter((event) => event !== undefined)
          if (selected.length > 0) onEvents(selected)
        }
  try {
    return context.store.watch(
      { resource: scope.resource.storageKey, namespace: scope.namespace || undefined },
      scope.from,
      deliver,
    )
  } catch (error) {
    if (error instanceof RevisionCompacted) throw tooOld(scope.from, error.oldest)
    throw error
  }
}

/** The store's history no longer reaches back that far: the client must list again. */
export function tooOld(requested: Revision, oldest: Revision): Error {
  return newResourceExpired(`too old resource version: ${requested} (${oldest})`)
}

function select(event: StoreEvent, selection: (object: KubeObject) => boolean): SelectedEvent | undefined {
  const before = event.previous !== undefined && selection(event.previous.object)
  if (event.type === 'DELETED') return before ? event : undefined
  const after = selection(event.stored.object)
  if (after) return before === (event.type === 'MODIFIED') ? event : { type: 'ADDED', stored: event.stored }
  if (!before) return undefined
  return { type: 'DELETED', stored: event.stored, former: event.previous?.object }
}

/** The object of an event in the storage version, under the event's revision. */
export function eventObject(event: SelectedEvent): KubeObject {
  const { former, stored } = event
  if (former === undefined) return stored.object
  return { ...former, metadata: { ...former.metadata, resourceVersion: String(stored.revision) } }
}
