import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import {
  type ObjectKey,
  type ObjectStore,
  type Revision,
  RevisionCompacted,
  type StoredObject,
  StoreUnavailable,
} from '../../electron/engine/store/object-store.ts'
import type { Clock } from '../../shared/lang/clock.ts'
import { ManualClock } from '../../shared/lang/manual-clock.ts'
import { dataOf, keyOf, type Sample, sample, shown, shownEvent } from '../support/store-objects.ts'

export interface StoreUnderTest {
  open(options: { clock: Clock; freeze: boolean }): Promise<ObjectStore>
  /** Removes what `open` left behind. */
  cleanUp(): void
}

const FIVE_MINUTES_MS = 5 * 60_000

/** What every ObjectStore must do. Each test gets a new, empty store. */
export function objectStoreConformance(name: string, make: () => StoreUnderTest): void {
  describe(`ObjectStore: ${name}`, () => {
    let clock: ManualClock
    let store: ObjectStore
    let underTest: StoreUnderTest

    beforeEach(async () => {
      clock = new ManualClock()
      underTest = make()
      store = await underTest.open({ clock, freeze: true })
    })
    afterEach(async () => {
      await store.close()
      underTest.cleanUp()
    })

    const put = (key: ObjectKey, data: string) => store.write(key, () => ({ put: sample(key, data) }))
    const remove = (key: ObjectKey) => store.write(key, (current) => ({ delete: (current as StoredObject).object }))
    const names = (items: readonly StoredObject[]) => items.map(shown)
    function watched(scope: { resource?: string; namespace?: string }, from: Revision): string[] {
      const seen: string[] = []
      const watch = store.watch(scope, from, (events) => seen.push(...events.map(shownEvent)))
      onTestFinished(() => watch.dispose())
      return seen
    }

    describe('writes', () => {
      it('give every change of any resource the next revision, and the object its resourceVersion', async () => {
        const start = store.revision
        const first = await put(keyOf('a'), '1')
        const second = await put(keyOf('b', '', 'nodes'), '1')
        const third = await put(keyOf('a'), '2')
        expect([first, second, third].map((stored) => stored?.revision)).toEqual([start + 1, start + 2, start + 3])
        expect(third?.object.metadata.resourceVersion).toBe(String(start + 3))
        expect(store.revision).toBe(start + 3)
      })

      it('leave the object that was passed unchanged', async () => {
        const object = sample(keyOf('a'), '1')
        await store.write(keyOf('a'), () => ({ put: object }))
        expect(object.metadata.resourceVersion).toBeUndefined()
      })

      it('see what was accepted before them, durable or not', async () => {
        const append = (letter: string) =>
          store.write(keyOf('a'), (current) => ({ put: sample(keyOf('a'), `${dataOf(current) ?? ''}${letter}`) }))
        await Promise.all(['x', 'y', 'z'].map(append))
        expect(dataOf(store.get(keyOf('a')))).toBe('xyz')
      })

      it('run `change` before they return, and show nothing before they are durable', async () => {
        const seen = watched({ resource: 'pods' }, store.revision)
        let decided = false
        const writing = store.write(keyOf('a'), () => {
          decided = true
          return { put: sample(keyOf('a'), '1') }
        })
        expect(decided).toBe(true)
        expect(store.get(keyOf('a'))).toBeUndefined()
        expect(store.list('pods').items).toEqual([])
        expect(seen).toEqual([])
        await writing
        expect(dataOf(store.get(keyOf('a')))).toBe('1')
        expect(seen).toHaveLength(1)
      })

      it('that throw change nothing', async () => {
        await put(keyOf('a'), '1')
        const before = store.revision
        const throwing = store.write(keyOf('a'), () => {
          throw new TypeError('no')
        })
        await expect(throwing).rejects.toThrow(TypeError)
        await expect(remove(keyOf('missing'))).rejects.toThrow()
        expect(store.revision).toBe(before)
        expect(dataOf(store.get(keyOf('a')))).toBe('1')
      })

      it('that can not be encoded change nothing, and do not fail others', async () => {
        const broken = { ...sample(keyOf('a'), ''), data: 1n } as unknown as Sample
        const [bad, good] = await Promise.allSettled([
          store.write(keyOf('a'), () => ({ put: broken })).then((stored) => stored?.json()),
          put(keyOf('b'), '1'),
        ])
        expect(bad.status).toBe('rejected')
        expect(good.status).toBe('fulfilled')
      })

      it('that keep answer with the current object once it is durable', async () => {
        const keep = (name: string) => store.write(keyOf(name), () => ({ keep: true }))
        const writing = put(keyOf('a'), '1')
        const kept = await keep('a')
        expect(dataOf(kept)).toBe('1')
        expect(store.revision).toBe(kept?.revision)
        expect(await writing).toBe(kept)
        expect(await keep('missing')).toBeUndefined()
        const deleting = remove(keyOf('a'))
        expect(await keep('a')).toBeUndefined()
        await deleting
      })

      it('that delete answer with the last state under the revision of the deletion', async () => {
        const created = await put(keyOf('a'), '1')
        const deleted = await store.write(keyOf('a'), () => ({ delete: sample(keyOf('a'), 'final') }))
        expect(deleted?.revision).toBe((created?.revision as number) + 1)
        expect(dataOf(deleted)).toBe('final')
        expect(deleted?.object.metadata.resourceVersion).toBe(String(deleted?.revision))
        expect(store.get(keyOf('a'))).toBeUndefined()
        expect(store.count('pods')).toBe(0)
      })

      it('accepted before close are finished by it; later ones are unavailable, while reads go on', async () => {
        const writing = put(keyOf('a'), '1')
        await store.close()
        expect(dataOf(await writing)).toBe('1')
        await expect(put(keyOf('a'), '2')).rejects.toThrow(StoreUnavailable)
        expect(dataOf(store.get(keyOf('a')))).toBe('1')
      })
    })

    it('shares immutable objects and their JSON', async () => {
      const stored = (await put(keyOf('a'), '1')) as StoredObject
      expect(store.get(keyOf('a'))).toBe(stored)
      expect(stored.json()).toBe(stored.json())
      expect(JSON.parse(stored.json().toString())).toEqual(stored.object)
      expect(() => {
        stored.object.metadata.name = 'other'
      }).toThrow(TypeError)
    })

    describe('lists', () => {
      it('are ordered by "namespace/name", whatever the order of creation', async () => {
        const keys = [keyOf('b', 'kube'), keyOf('a', 'kube-system'), keyOf('a', 'kube'), keyOf('B', 'z')]
        for (const key of keys) await put(key, '1')
        await put(keyOf('a', 'kube', 'secrets'), '1')
        expect(names(store.list('pods').items)).toEqual(['kube-system/a=1', 'kube/a=1', 'kube/b=1', 'z/B=1'])
        expect(store.count('pods')).toBe(4)
        expect(store.count('nothing')).toBe(0)
      })

      it('of one namespace hold nothing else', async () => {
        for (const key of [keyOf('a', 'kube'), keyOf('a', 'kube-system'), keyOf('a', ''), keyOf('b', 'kube')]) {
          await put(key, '1')
        }
        expect(names(store.list('pods', { namespace: 'kube' }).items)).toEqual(['kube/a=1', 'kube/b=1'])
        expect(store.list('pods', { namespace: 'none' }).items).toEqual([])
      })

      it('stay as they were when the store changes', async () => {
        await put(keyOf('a'), '1')
        const { items } = store.list('pods')
        await put(keyOf('b'), '1')
        await remove(keyOf('a'))
        expect(names(items)).toEqual(['default/a=1'])
      })

      it('show one revision, now or in the past', async () => {
        await put(keyOf('a'), '1')
        await put(keyOf('b'), '1')
        const { revision } = store.list('pods')
        await put(keyOf('b'), '2')
        await remove(keyOf('a'))
        await put(keyOf('a'), '3')
        await put(keyOf('c', 'other'), '1')
        const past = store.list('pods', { at: revision })
        expect(past.revision).toBe(revision)
        expect(names(past.items)).toEqual(['default/a=1', 'default/b=1'])
        expect(names(store.list('pods', { at: revision + 2, namespace: 'default' }).items)).toEqual(['default/b=2'])
        expect(store.list('pods').revision).toBe(store.revision)
        expect(() => store.list('pods', { at: store.revision + 1 })).toThrow(RangeError)
      })
    })

    describe('watches', () => {
      it('deliver every change after `from` once, past and to come', async () => {
        const from = store.revision
        await put(keyOf('a'), '1')
        await put(keyOf('a'), '2')
        const seen = watched({ resource: 'pods' }, from + 1)
        expect(seen).toEqual([`MODIFIED default/a=2 was 1 @${from + 2}`])
        await remove(keyOf('a'))
        await put(keyOf('a'), '3')
        expect(seen.slice(1)).toEqual([`DELETED default/a=2 was 2 @${from + 3}`, `ADDED default/a=3 @${from + 4}`])
      })

      it('see only their resource and namespace; without a resource, everything in order', async () => {
        const from = store.revision
        const own = watched({ resource: 'pods', namespace: 'a' }, from)
        const all = watched({}, from)
        await Promise.all([
          put(keyOf('x', 'a', 'secrets'), '1'),
          put(keyOf('x', 'b'), '1'),
          put(keyOf('x', 'a'), '1'),
          put(keyOf('y', 'a', 'secrets'), '1'),
        ])
        expect(own).toEqual([`ADDED a/x=1 @${from + 3}`])
        expect(all.map((line) => line.slice(line.indexOf('@') + 1))).toEqual([1, 2, 3, 4].map((n) => String(from + n)))
        expect(watched({ resource: 'pods', namespace: 'a' }, from)).toEqual(own)
        expect(watched({ namespace: 'a' }, from)).toHaveLength(3)
      })

      it('are told before the write resolves, when reads already show the change', async () => {
        const atEvent: (string | undefined)[] = []
        const watch = store.watch({ resource: 'pods' }, store.revision, () =>
          atEvent.push(dataOf(store.get(keyOf('a')))),
        )
        await put(keyOf('a'), '1')
        expect(atEvent).toEqual(['1'])
        watch.dispose()
      })

      it('from the future wait for it', async () => {
        const seen = watched({ resource: 'pods' }, store.revision + 1)
        await put(keyOf('a'), '1')
        expect(seen).toEqual([])
        await put(keyOf('a'), '2')
        expect(seen).toHaveLength(1)
      })

      it('end when disposed, also from within a delivery', async () => {
        const seen: string[] = []
        const from = store.revision
        const first = store.watch({ resource: 'pods' }, from, () => {
          seen.push('first')
          first.dispose()
          second.dispose()
        })
        const second = store.watch({ resource: 'pods' }, from, () => seen.push('second'))
        await put(keyOf('a'), '1')
        await put(keyOf('a'), '2')
        expect(seen).toEqual(['first'])
      })

      it('begun within a delivery get each change once', async () => {
        let inner: string[] | undefined
        const from = store.revision
        const outer = store.watch({ resource: 'pods' }, from, () => {
          inner ??= watched({ resource: 'pods' }, from)
        })
        await Promise.all([put(keyOf('a'), '1'), put(keyOf('b'), '1')])
        expect(inner).toEqual([`ADDED default/a=1 @${from + 1}`, `ADDED default/b=1 @${from + 2}`])
        outer.dispose()
      })
    })

    describe('history', () => {
      it('is compacted up to a revision, from which lists and watches still work', async () => {
        await put(keyOf('a'), '1')
        const at = store.revision
        await put(keyOf('a'), '2')
        store.compact(at)
        expect(store.oldestRevision).toBe(at)
        expect(names(store.list('pods', { at }).items)).toEqual(['default/a=1'])
        expect(watched({ resource: 'pods' }, at)).toHaveLength(1)
        for (const tooOld of [() => store.list('pods', { at: at - 1 }), () => watched({ resource: 'pods' }, at - 1)]) {
          expect(tooOld).toThrow(RevisionCompacted)
        }
        expect(() => store.compact(store.revision + 1)).toThrow(RangeError)
        store.compact(at - 1)
        expect(store.oldestRevision).toBe(at)
      })

      it('reaches back five minutes of engine time', async () => {
        await put(keyOf('a'), '1')
        const at = store.revision
        clock.advance(FIVE_MINUTES_MS - 1)
        await put(keyOf('a'), '2')
        expect(watched({ resource: 'pods' }, at - 1)).toHaveLength(2)
        clock.advance(2)
        expect(() => watched({ resource: 'pods' }, at - 1)).toThrow(RevisionCompacted)
        expect(watched({ resource: 'pods' }, at)).toHaveLength(1)
        clock.advance(FIVE_MINUTES_MS)
        expect(store.oldestRevision).toBe(store.revision)
        expect(dataOf(store.get(keyOf('a')))).toBe('2')
      })
    })
  })
}
