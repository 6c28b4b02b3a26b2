import { expect, it } from 'vitest'
import { ManualClock } from '../../../../shared/lang/manual-clock.ts'
import { memoryStore } from '../../store/memory-store.ts'
import { startEventExpiry } from './event-expiry.ts'

const key = { resource: 'events', namespace: 'default', name: 'e' }
const event = { kind: 'Event', apiVersion: 'v1', metadata: { name: 'e', namespace: 'default', uid: 'u' } }

it('removes an Event an hour after it was last written, and a repeated one an hour after that', async () => {
  const clock = new ManualClock()
  const store = memoryStore({ clock })
  const failures: unknown[] = []
  const expiry = startEventExpiry({ store, clock }, (error) => failures.push(error))
  await store.write(key, () => ({ put: event }))
  clock.advance(50 * 60_000)
  const again = { ...event, metadata: { ...event.metadata, annotations: { seen: 'again' } } }
  await store.write(key, () => ({ put: again }))
  clock.advance(30 * 60_000)
  await Promise.resolve()
  expect(store.get(key)).toBeDefined()
  clock.advance(32 * 60_000)
  await new Promise((resolve) => setImmediate(resolve))
  expect(store.get(key)).toBeUndefined()
  expect(failures).toEqual([])
  expiry.dispose()
})
