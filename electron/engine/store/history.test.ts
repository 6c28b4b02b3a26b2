import { expect, it } from 'vitest'
import { ManualClock } from '../../../shared/lang/manual-clock.ts'
import { History } from './history.ts'
import { RevisionCompacted, type StoreEvent } from './object-store.ts'
import { Stored } from './stored-object.ts'

function event(revision: number, resource = 'pods'): StoreEvent {
  const key = { resource, namespace: '', name: `n${revision}` }
  const json = Buffer.alloc(100)
  return { type: 'ADDED', stored: Stored.fromJson(key, json, { revision, created: revision, freeze: false }) }
}
const revisions = (events: readonly StoreEvent[]) => events.map(({ stored }) => stored.revision)

it('forgets the oldest changes when their JSON outgrows its bound', () => {
  const history = new History(new ManualClock(), 1, { maxBytes: 1000 })
  for (let revision = 2; revision <= 50; revision++) history.append(event(revision, revision % 2 ? 'pods' : 'nodes'))
  expect(history.oldest).toBe(40)
  expect(revisions(history.after(40, 'pods'))).toEqual([41, 43, 45, 47, 49])
  expect(revisions(history.after(47, undefined))).toEqual([48, 49, 50])
  expect(() => history.after(39, 'pods')).toThrow(RevisionCompacted)
})

it('finds any revision it still has, also between those of a resource', () => {
  const history = new History(new ManualClock(), 1)
  for (const revision of [3, 6, 9, 12]) history.append(event(revision))
  history.compact(6)
  const found = [6, 7, 9, 11, 12, 99].map((from) => revisions(history.after(from, 'pods')))
  expect(found).toEqual([[9, 12], [9, 12], [12], [12], [], []])
})

it('holds a change larger than the bound no longer than it must', () => {
  const history = new History(new ManualClock(), 1, { maxBytes: 50 })
  history.append(event(2))
  expect(history.oldest).toBe(2)
  expect(history.after(2, 'pods')).toEqual([])
})
