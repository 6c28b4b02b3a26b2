import { type Disposable, toDisposable } from '../../../shared/lang/disposable.ts'
import type { Revision, StoreEvent } from './object-store.ts'

type OnEvents = (events: readonly StoreEvent[]) => void

/** One watch. `position` is the newest revision it was offered, so that nothing comes twice. */
class Watcher {
  live = true
  #position: Revision
  readonly #namespace: string | undefined
  readonly #onEvents: OnEvents

  constructor(namespace: string | undefined, from: Revision, onEvents: OnEvents) {
    this.#namespace = namespace
    this.#position = from
    this.#onEvents = onEvents
  }

  /** `events` are in order and all that happened in the watcher's resources since the last offer. */
  offer(events: readonly StoreEvent[]): void {
    const last = events.at(-1)
    if (!this.live || last === undefined || last.stored.revision <= this.#position) return
    const position = this.#position
    this.#position = last.stored.revision
    const isAll = (events[0] as StoreEvent).stored.revision > position
    const wanted =
      isAll && this.#namespace === undefined
        ? events
        : events.filter(
            ({ stored }) =>
              stored.revision > position && (this.#namespace === undefined || stored.key.namespace === this.#namespace),
          )
    if (wanted.length > 0) this.#onEvents(wanted)
  }
}

/** The open watches, by resource: a commit costs nothing for watches of other resources. */
export class Watchers {
  readonly #byResource = new Map<string | undefined, Set<Watcher>>()

  /** `past` is delivered before this returns. */
  add(
    scope: { resource?: string | undefined; namespace?: string | undefined },
    start: { from: Revision; past: readonly StoreEvent[] },
    onEvents: OnEvents,
  ): Disposable {
    const watcher = new Watcher(scope.namespace, start.from, onEvents)
    const watchers = this.#byResource.get(scope.resource) ?? new Set()
    this.#byResource.set(scope.resource, watchers)
    watchers.add(watcher)
    watcher.offer(start.past)
    return toDisposable(() => {
      watcher.live = false
      watchers.delete(watcher)
    })
  }

  deliver(events: readonly StoreEvent[]): void {
    for (const [resource, own] of groupByResource(events)) this.#offer(this.#byResource.get(resource), own)
    this.#offer(this.#byResource.get(undefined), events)
  }

  clear(): void {
    for (const watchers of this.#byResource.values()) {
      for (const watcher of watchers) watcher.live = false
    }
    this.#byResource.clear()
  }

  #offer(watchers: Set<Watcher> | undefined, events: readonly StoreEvent[]): void {
    for (const watcher of watchers ?? []) {
      try {
        watcher.offer(events)
      } catch (error) {
        // A listener's bug must be seen, but neither fail the write nor keep the event from other watchers.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}

function groupByResource(events: readonly StoreEvent[]): Map<string, StoreEvent[]> {
  const groups = new Map<string, StoreEvent[]>()
  for (const event of events) {
    const group = groups.get(event.stored.key.resource)
    if (group) group.push(event)
    else groups.set(event.stored.key.resource, [event])
  }
  return groups
}
