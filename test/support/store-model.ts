import type { ObjectKey, Revision } from '../../electron/engine/store/object-store.ts'
import type { CommitOutcome } from './faulty-journal.ts'

/** What one write asks for: `put` replaces, `delete` needs an object (else it throws), `keep` and `throw` write nothing. */
export interface Intent {
  readonly key: ObjectKey
  readonly action: 'put' | 'delete' | 'keep' | 'throw'
  readonly data: string
}

export interface ModelEvent {
  readonly key: ObjectKey
  readonly revision: Revision
  readonly atMs: number
  /** As `shownEvent` would show it. */
  readonly line: string
  readonly before: string | undefined
  readonly after: string | undefined
}

const MAX_AGE_MS = 5 * 60_000

export interface Scope {
  readonly resource?: string | undefined
  readonly namespace?: string | undefined
}

export function inScope({ resource, namespace }: Scope, key: ObjectKey): boolean {
  return (resource ?? key.resource) === key.resource && (namespace ?? key.namespace) === key.namespace
}

/** The simplest store that could be right: one array of events, and state by replaying it. */
export class StoreModel {
  revision: Revision = 1
  #given: Revision = 1
  #events: ModelEvent[] = []
  #compacted: Revision = 1
  #isDoubtful = false
  /** What the file has beyond the durable events, and its revision, since a commit failed. */
  #ghost: { readonly events: readonly ModelEvent[]; readonly revision: Revision } | undefined

  /** Decides a batch on top of `before`, giving out revisions. Undefined where nothing is written. */
  accept(intents: readonly Intent[], atMs: number, before: readonly ModelEvent[] = []): (ModelEvent | undefined)[] {
    const accepted = [...before]
    return intents.map(({ key, action, data }) => {
      const current = stateOf([...this.#events, ...accepted], key)
      if (action === 'keep' || action === 'throw' || (action === 'delete' && current === undefined)) return undefined
      this.#given++
      const after = action === 'put' ? data : undefined
      const type = action === 'delete' ? 'DELETED' : current === undefined ? 'ADDED' : 'MODIFIED'
      const was = current === undefined ? '' : ` was ${current}`
      const line = `${type} ${key.namespace}/${key.name}=${after ?? current}${was} @${this.#given}`
      const event = { key, revision: this.#given, atMs, line, before: current, after }
      accepted.push(event)
      return event
    })
  }

  commit(events: readonly ModelEvent[]): void {
    if (events.length === 0) return
    this.#events.push(...events)
    this.revision = (events.at(-1) as ModelEvent).revision
    this.#isDoubtful = false
    this.#ghost = undefined
  }

  /** A failed commit, and its undoing: either may have reached the disk although it failed. */
  refuse(events: readonly ModelEvent[], commit: CommitOutcome, undo: CommitOutcome): void {
    const last = events.at(-1)
    if (last === undefined) return
    this.#isDoubtful = undo !== 'ok'
    if (commit === 'written') this.#ghost = { events, revision: last.revision }
    if (undo !== 'lost') this.#ghost = { events: [], revision: this.#given }
  }

  restart(isKilled: boolean): void {
    if (!isKilled && this.#isDoubtful) this.#ghost = { events: [], revision: this.#given }
    const { events, revision } = this.#ghost ?? { events: [], revision: this.revision }
    this.commit(events)
    this.revision = revision
    this.#isDoubtful = false
    this.#ghost = undefined
    this.#given = revision
    this.#compacted = revision
  }

  compact(revision: Revision): void {
    this.#compacted = Math.max(this.#compacted, revision)
  }

  oldest(nowMs: number): Revision {
    const aged = this.#events.filter((event) => event.atMs < nowMs - MAX_AGE_MS).map((event) => event.revision)
    this.compact(Math.max(0, ...aged))
    return this.#compacted
  }

  list(scope: Scope, at: Revision = this.revision): string[] {
    const events = this.#events.filter((event) => event.revision <= at && inScope(scope, event.key))
    const latest = new Map(events.map(({ key, after }) => [`${key.namespace}/${key.name}`, after]))
    return [...latest]
      .filter(([, data]) => data !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, data]) => `${key}=${data}`)
  }

  linesAfter(scope: Scope, from: Revision): string[] {
    return this.#events.filter((event) => event.revision > from && inScope(scope, event.key)).map(({ line }) => line)
  }
}

function stateOf(events: readonly ModelEvent[], key: ObjectKey): string | undefined {
  return events.findLast((event) => inScope(key, event.key) && event.key.name === key.name)?.after
}
