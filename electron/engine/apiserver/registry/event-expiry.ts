import type { Event } from '../../../../shared/api/types/core-v1.ts'
import { type Disposable, toDisposable } from '../../../../shared/lang/disposable.ts'
import type { ServerContext } from './server-context.ts'

/** kube-apiserver's --event-ttl. */
const TTL_MS = 60 * 60 * 1000
const SWEEP_MS = 60 * 1000

/**
 * Removes Events an hour after they were last written, as the lease on their key does in Kubernetes.
 * Sweeps once a minute of engine time; a failing write is tried again by the next sweep.
 */
export function startEventExpiry(
  context: Pick<ServerContext, 'store' | 'clock'>,
  onError: (error: unknown) => void,
): Disposable {
  const { store, clock } = context
  const seen = new Map<string, number>()
  const sweep = () => {
    const now = clock.monotonicMs()
    const alive = new Set<string>()
    for (const { key, object, revision } of store.list('events').items) {
      const id = `${object.metadata.uid}/${revision}`
      alive.add(id)
      const since = seen.get(id) ?? now - Math.max(0, clock.now() - lastWritten(object as Event, clock.now()))
      seen.set(id, since)
      if (now - since < TTL_MS) continue
      const removed = store.write(key, (current) =>
        current?.revision === revision ? { delete: current.object } : { keep: true },
      )
      removed.catch(onError)
    }
    for (const id of seen.keys()) if (!alive.has(id)) seen.delete(id)
    timer = clock.after(SWEEP_MS, sweep)
  }
  let timer = clock.after(SWEEP_MS, sweep)
  return toDisposable(() => timer.dispose())
}

function lastWritten({ metadata, lastTimestamp, series, eventTime }: Event, now: number): number {
  const times = [metadata.creationTimestamp, lastTimestamp, series?.lastObservedTime, eventTime]
  const latest = Math.max(...times.map((time) => (time ? Date.parse(time) : 0)))
  return latest > 0 ? Math.min(latest, now) : now
}
