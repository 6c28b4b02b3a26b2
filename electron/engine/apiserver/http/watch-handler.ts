import type { ServerResponse } from 'node:http'
import { isApiError } from '../../../../shared/api/status.ts'
import { DisposableStore } from '../../../../shared/lang/disposable.ts'
import type { StoredObject } from '../../store/object-store.ts'
import { listPage } from '../registry/list-page.ts'
import type { Resource } from '../registry/resource.ts'
import { createSelection, type Selection } from '../registry/selection.ts'
import type { ServerContext } from '../registry/server-context.ts'
import { eventObject, type SelectedEvent, watchObjects } from '../registry/watch-objects.ts'
import { asApiError } from './answer.ts'
import { inVersion, objectBytes } from './encode.ts'
import type { Exchange } from './exchange.ts'
import { type ListOptions, validateListOptions, watchRevision } from './query-options.ts'
import type { ResourcePath } from './request-info.ts'
import { SteppedWriter } from './stepped-writer.ts'
import { type IncludeObject, includeObject, partialMetadata, table, tableRow } from './table.ts'

/** A watcher that has not read this much is cut off: it starts anew from its last revision. */
const MAX_UNREAD_BYTES = 32 * 1024 * 1024
const BOOKMARK_INTERVAL_MS = 60_000
/** What room is made for when the state is sent first. */
const USUAL_EVENT_BYTES = 4096
/** Bookmarks also come this long before the end of a watch with a time limit. */
const LAST_BOOKMARK_MS = 2000
/** kube-apiserver's --min-request-timeout: watches without a limit end after this plus up to as much again. */
const MIN_TIMEOUT_SECONDS = 1800

/**
 * GET ?watch: a stream of one JSON event a line.
 * - An event's bytes are made once and shared by all watchers with the same encoding who hear of it together.
 * - A slow reader never holds others up: it is cut off when it lags too far behind.
 */
export function answerWatch(context: ServerContext, exchange: Exchange, at: ResourcePath, options: ListOptions): void {
  const selection = createSelection(at.resource, { ...options, name: at.name })
  validateListOptions(options)
  const revision = watchRevision(options.resourceVersion)
  const stream = new WatchStream(context, exchange, at.resource)
  stream.start(options, { namespace: at.namespace, selection, revision })
}

class WatchStream {
  readonly #context: ServerContext
  readonly #resource: Resource
  readonly #response: ServerResponse
  readonly #held = new DisposableStore()
  readonly #encode: EventEncoder
  #lastRevision = 0
  /** What happens while the initial events are being written: at the client's pace, so that nothing piles up. */
  #behindInitial: SelectedEvent[] | undefined

  constructor(context: ServerContext, exchange: Exchange, resource: Resource) {
    this.#context = context
    this.#resource = resource
    this.#response = exchange.response
    this.#encode = encoderFor(context, exchange, resource)
    this.#response.on('close', () => this.#held.dispose())
  }

  start(options: ListOptions, scope: { namespace: string; selection: Selection; revision: number }): void {
    const { store, random } = this.#context
    this.#response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
    this.#response.flushHeaders()
    const initial = options.sendInitialEvents ?? scope.revision === 0
    const from = initial || scope.revision === 0 ? store.revision : Math.min(scope.revision, store.revision)
    this.#lastRevision = from
    if (initial) void this.#writeInitial(scope, options)
    try {
      const watched = { resource: this.#resource, namespace: scope.namespace, selection: scope.selection, from }
      this.#held.add(
        watchObjects(this.#context, watched, (events) => this.#write(this.#wanted(events, scope.revision))),
      )
    } catch (error) {
      if (!isApiError(error)) throw error
      this.#response.end(line('ERROR', JSON.stringify(error.toStatus())))
      return
    }
    const seconds = options.timeoutSeconds || MIN_TIMEOUT_SECONDS * (1 + random.number())
    this.#scheduleEnd(Math.max(0, seconds) * 1000, options.allowWatchBookmarks)
  }

  /** A client that names a future revision hears only what comes after it. */
  #wanted(events: readonly SelectedEvent[], revision: number): readonly SelectedEvent[] {
    if ((events[0]?.stored.revision ?? 0) > revision) return events
    return events.filter(({ stored }) => stored.revision > revision)
  }

  async #writeInitial(scope: { namespace: string; selection: Selection }, options: ListOptions): Promise<void> {
    const page = listPage(this.#context, { resource: this.#resource, ...scope, limit: 0 })
    const behind: SelectedEvent[] = []
    this.#behindInitial = behind
    const writer = new SteppedWriter(this.#response, page.items.length * USUAL_EVENT_BYTES)
    for (const stored of page.items) {
      const [event] = this.#encoded([{ type: 'ADDED', stored }]) ?? []
      if (event === undefined) return
      const room = writer.write(event)
      if (room === undefined) continue
      await room
      if (this.#response.destroyed || this.#response.writableEnded) return
    }
    this.#behindInitial = undefined
    const rest = writer.rest()
    if (rest.length > 0) this.#response.write(rest)
    if (options.sendInitialEvents && options.allowWatchBookmarks)
      this.#bookmark({ 'k8s.io/initial-events-end': 'true' }, page.revision)
    this.#write(behind)
  }

  #write(events: readonly SelectedEvent[]): void {
    if (this.#behindInitial !== undefined) {
      this.#behindInitial.push(...events)
      return
    }
    if (events.length === 0 || this.#response.destroyed || this.#response.writableEnded) return
    const lines = this.#encoded(events)
    if (lines === undefined) return
    this.#lastRevision = Math.max(this.#lastRevision, events.at(-1)?.stored.revision ?? 0)
    this.#response.write(lines.length === 1 ? lines[0] : Buffer.concat(lines))
    if (this.#response.writableLength > MAX_UNREAD_BYTES) this.#response.destroy()
  }

  /** An object that can't be shown ends this watch only, never the store's delivery to others. */
  #encoded(events: readonly SelectedEvent[]): Buffer[] | undefined {
    try {
      return events.map((event) => this.#encode(event))
    } catch (error) {
      this.#response.end(line('ERROR', JSON.stringify(asApiError(error).toStatus())))
      return undefined
    }
  }

  #bookmark(annotations?: Record<string, string>, revision = this.#newestRevision()): void {
    if (this.#behindInitial !== undefined) return
    const { kind, groupVersion } = this.#resource
    const metadata = { resourceVersion: String(revision), ...(annotations ? { annotations } : {}) }
    const object = { kind, apiVersion: groupVersion, metadata }
    this.#response.write(line('BOOKMARK', JSON.stringify(object)))
  }

  #newestRevision(): number {
    return Math.max(this.#lastRevision, this.#context.store.revision)
  }

  #scheduleEnd(ms: number, bookmarks: boolean): void {
    const { clock } = this.#context
    this.#held.add(clock.after(ms, () => this.#response.end()))
    if (!bookmarks) return
    if (ms > LAST_BOOKMARK_MS) this.#held.add(clock.after(ms - LAST_BOOKMARK_MS, () => this.#bookmark()))
    const repeat = () => {
      this.#bookmark()
      this.#held.add(clock.after(BOOKMARK_INTERVAL_MS, repeat))
    }
    this.#held.add(clock.after(BOOKMARK_INTERVAL_MS, repeat))
  }
}

type EventEncoder = (event: SelectedEvent) => Buffer

/** Event lines by version and type, kept as long as it takes to tell all watchers of the same commit. */
const shared = new Map<StoredObject, Map<string, Buffer>>()

function sharedLines(stored: StoredObject): Map<string, Buffer> {
  let lines = shared.get(stored)
  if (lines === undefined) {
    lines = new Map()
    if (shared.size === 0) queueMicrotask(() => shared.clear())
    shared.set(stored, lines)
  }
  return lines
}

function encoderFor(context: ServerContext, exchange: Exchange, resource: Resource): EventEncoder {
  const { as } = exchange.accepted
  if (as === 'Table') return tableEncoder(context, resource, includeObject(exchange.query))
  const name = `${resource.groupVersion} ${as ?? ''} `
  return (event) => {
    if (event.former) return encodePlain(resource, event, as)
    const lines = sharedLines(event.stored)
    const key = name + event.type
    const known = lines.get(key)
    if (known) return known
    const made = encodePlain(resource, event, as)
    lines.set(key, made)
    return made
  }
}

function encodePlain(resource: Resource, event: SelectedEvent, as: 'PartialObjectMetadata' | undefined): Buffer {
  if (as !== undefined) {
    return line(event.type, JSON.stringify(partialMetadata(inVersion(resource, eventObject(event)))))
  }
  if (event.former) return line(event.type, JSON.stringify(inVersion(resource, eventObject(event))))
  const bytes = objectBytes(resource, event.stored)
  return Buffer.concat([Buffer.from(`{"type":"${event.type}","object":`), bytes, END])
}

/** Only the first event of a stream carries the column definitions. */
function tableEncoder(context: ServerContext, resource: Resource, include: IncludeObject): EventEncoder {
  let withColumns = true
  return (event) => {
    const row = tableRow(resource, eventObject(event), include, context.clock.now())
    const metadata = { resourceVersion: String(event.stored.revision) }
    const value = table(resource, metadata, [row], withColumns)
    withColumns = false
    return line(event.type, JSON.stringify(value))
  }
}

const END = Buffer.from('}\n')

function line(type: string, json: string): Buffer {
  return Buffer.from(`{"type":"${type}","object":${json}}\n`)
}
