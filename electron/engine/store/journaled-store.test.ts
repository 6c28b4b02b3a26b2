import { expect, it } from 'vitest'
import { ManualClock } from '../../../shared/lang/manual-clock.ts'
import { FaultyJournal } from '../../../test/support/faulty-journal.ts'
import type { JournalBatch } from './journal.ts'
import { JournaledStore } from './journaled-store.ts'

/** Runs what is due at each turn, and notes how many objects each commit has. */
class TurningJournal extends FaultyJournal {
  readonly sizes: number[] = []
  readonly due: (() => unknown)[] = []

  override async turn(): Promise<void> {
    await Promise.resolve()
    this.due.shift()?.()
  }

  override commit(batch: JournalBatch): Promise<void> {
    this.sizes.push(batch.entries.length)
    return super.commit(batch)
  }
}

function storeOf(journal: TurningJournal) {
  const store = new JournaledStore(journal, { revision: 1, rows: [] }, { clock: new ManualClock() })
  const write = (name: string) =>
    store.write({ resource: 'configmaps', namespace: 'default', name }, () => ({
      put: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } },
    }))
  return { store, write }
}

it('lets writes that follow each other turn by turn share one commit', async () => {
  const journal = new TurningJournal()
  const { store, write } = storeOf(journal)
  const later: Promise<unknown>[] = []
  journal.due.push(
    () => later.push(write('b'), write('c')),
    () => later.push(write('d')),
  )
  await write('a')
  await Promise.all(later)
  expect(journal.sizes).toEqual([4])
  await write('e')
  expect(journal.sizes).toEqual([4, 1])
  await store.close()
})

it('commits after some turns even if there are more writes in each', async () => {
  const journal = new TurningJournal()
  const { store, write } = storeOf(journal)
  const later: Promise<unknown>[] = []
  for (let n = 0; n < 20; n++) journal.due.push(() => later.push(write(`more-${n}`)))
  await write('first')
  await Promise.all(later)
  expect(journal.sizes).toEqual([17])
  await store.close()
})
