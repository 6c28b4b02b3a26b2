import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ObjectStore, type StoredObject, StoreUnavailable } from '../../electron/engine/store/object-store.ts'
import { openStore } from '../../electron/engine/store/open-store.ts'
import { ManualClock } from '../../shared/lang/manual-clock.ts'
import { keyOf, sample, shown, shownEvent } from '../support/store-objects.ts'

let directory: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'slipway-failures-'))
  path = join(directory, 'store.db')
})
afterEach(() => rmSync(directory, { recursive: true }))

const clock = new ManualClock()
const workerUrl = new URL('../support/faulty-journal-worker.ts', import.meta.url)
const setFault = (fault: string) => writeFileSync(`${path}.fault`, fault)
const put = (store: ObjectStore, name: string, data: string) =>
  store.write(keyOf(name), () => ({ put: sample(keyOf(name), data) }))
const remove = (store: ObjectStore, name: string) =>
  store.write(keyOf(name), (current) => ({ delete: (current as StoredObject).object }))
const shownAll = (store: ObjectStore) => store.list('pods').items.map(shown)

describe.each(['lost', 'written', 'exit'])('a commit whose fsync fails (%s)', (fault) => {
  it('refuses its writes and those on top, keeps reading, and lets later writes succeed', async () => {
    const store = await openStore({ path, clock, workerUrl, freeze: true })
    await put(store, 'a', '1')
    await put(store, 'gone', '1')
    const events: string[] = []
    store.watch({ resource: 'pods' }, store.revision, (batch) => events.push(...batch.map(shownEvent)))

    setFault(fault)
    const before = store.revision
    const writes = [put(store, 'a', '2'), put(store, 'b', '1'), remove(store, 'gone'), put(store, 'gone', '2')]
    for (const result of await Promise.allSettled(writes)) {
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) })
    }
    await expect(put(store, 'a', '3')).rejects.toThrow(StoreUnavailable)
    expect(shownAll(store)).toEqual(['default/a=1', 'default/gone=1'])
    expect(store.revision).toBe(before)

    setFault('none')
    const stored = await put(store, 'c', '1')
    expect(events).toEqual([`ADDED default/c=1 @${stored?.revision}`])
    expect(stored?.revision).toBeGreaterThan(before + writes.length)
    await store.close()

    const reopened = await openStore({ path, clock })
    expect(shownAll(reopened)).toEqual(['default/a=1', 'default/c=1', 'default/gone=1'])
    expect(reopened.revision).toBe(stored?.revision)
    await reopened.close()
  })

  it('leaves nothing behind when the store is closed after it', async () => {
    const store = await openStore({ path, clock, workerUrl })
    await put(store, 'a', '1')
    setFault(fault)
    await expect(put(store, 'a', '2')).rejects.toThrow(StoreUnavailable)
    setFault('none')
    await store.close()
    const reopened = await openStore({ path, clock })
    expect(shownAll(reopened)).toEqual(['default/a=1'])
    await reopened.close()
  })
})

it('refuses to write on when its file is gone after a commit that failed', async () => {
  const store = await openStore({ path, clock, workerUrl })
  await put(store, 'a', '1')
  setFault('removed')
  await expect(put(store, 'a', '2')).rejects.toThrow(StoreUnavailable)
  setFault('none')
  await expect(put(store, 'a', '3')).rejects.toThrow(StoreUnavailable)
  expect(shownAll(store)).toEqual(['default/a=1'])
  await expect(store.close()).rejects.toThrow()
})

it('is open once at a time', async () => {
  const store = await openStore({ path, clock })
  await put(store, 'a', '1')
  await expect(openStore({ path, clock })).rejects.toThrow(`${path} is in use by another Slipway`)
  await put(store, 'a', '2')
  await store.close()
  const reopened = await openStore({ path, clock })
  expect(shownAll(reopened)).toEqual(['default/a=2'])
  await reopened.close()
})
