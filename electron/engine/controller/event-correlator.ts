import { timestamp } from '../../../shared/api/timestamp.ts'
import type { Event } from '../../../shared/api/types/core-v1.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import { LruMap } from '../../../shared/lang/lru-map.ts'
import { TokenBucket } from './rate-limit.ts'

const CACHE_SIZE = 4096
const SPAM_BURST = 25
const SPAM_PER_SECOND = 1 / 300
const MAX_SIMILAR = 10
const SIMILAR_INTERVAL_MS = 600_000

/** Create this event, count up the one that is there already, or say nothing. */
export type Correlation =
  | { readonly write: 'create'; readonly event: Event; readonly key: string }
  | { readonly write: 'count'; readonly event: Event; readonly key: string }
  | { readonly write: 'nothing' }

interface Observed {
  readonly count: number
  readonly name: string
  readonly firstTimestamp: string | undefined
}

/**
 * Keeps events few, by the rules of client-go's event correlator.
 * - The same event again counts up the first one.
 * - From the tenth message of one object, type and reason within ten minutes they are combined into one event.
 * - One source can say 25 things of one object and type, then one every five minutes.
 */
export class EventCorrelator {
  readonly #clock: Clock
  readonly #observed = new LruMap<Observed>(CACHE_SIZE)
  readonly #similar = new LruMap<{ messages: Set<string>; at: number }>(CACHE_SIZE)
  readonly #spam = new LruMap<TokenBucket>(CACHE_SIZE)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  correlate(event: Event): Correlation {
    const { event: combined, key } = this.#combine(event)
    const before = this.#observed.get(key)
    const counted: Event = before === undefined ? combined : recount(combined, before)
    this.#observed.set(key, observedOf(counted))
    if (!this.#bucket(counted).tryTake()) return { write: 'nothing' }
    return { write: before === undefined ? 'create' : 'count', event: counted, key }
  }

  /** The event that stood for `key` is gone: the next one is created anew. */
  forget(key: string): void {
    this.#observed.delete(key)
  }

  #combine(event: Event): { event: Event; key: string } {
    const similarKey = keyOf(event, [event.type, event.reason, event.reportingComponent, event.reportingInstance])
    const now = this.#clock.now()
    let similar = this.#similar.get(similarKey)
    if (similar === undefined || now - similar.at > SIMILAR_INTERVAL_MS) similar = { messages: new Set(), at: now }
    similar.at = now
    similar.messages.add(event.message ?? '')
    this.#similar.set(similarKey, similar)
    if (similar.messages.size < MAX_SIMILAR) {
      const { fieldPath } = event.involvedObject
      return { event, key: keyOf(event, [fieldPath, event.type, event.reason, event.message]) }
    }
    const [oldest] = similar.messages
    similar.messages.delete(oldest as string)
    const at = timestamp(now)
    return {
      event: {
        ...event,
        count: 1,
        firstTimestamp: at,
        lastTimestamp: at,
        message: `(combined from similar events): ${event.message}`,
      },
      key: similarKey,
    }
  }

  #bucket(event: Event): TokenBucket {
    const key = keyOf(event, [event.type])
    let bucket = this.#spam.get(key)
    if (bucket === undefined) bucket = new TokenBucket(this.#clock, { perSecond: SPAM_PER_SECOND, burst: SPAM_BURST })
    this.#spam.set(key, bucket)
    return bucket
  }
}

function recount(event: Event, before: Observed): Event {
  const metadata = { ...event.metadata, name: before.name }
  return { ...event, metadata, count: before.count + 1, firstTimestamp: before.firstTimestamp }
}

function observedOf(event: Event): Observed {
  return { count: event.count ?? 1, name: event.metadata.name ?? '', firstTimestamp: event.firstTimestamp }
}

function keyOf(event: Event, rest: readonly (string | undefined)[]): string {
  const { kind, namespace, name, uid, apiVersion } = event.involvedObject
  const { component, host } = event.source ?? {}
  return [component, host, kind, namespace, name, uid, apiVersion, ...rest].join('\u0000')
}
