import { expect, it } from 'vitest'
import type { KubeObject } from '../../../../shared/api/object.ts'
import { apiUnderTest, resourceRef } from '../../../../test/support/api-under-test.ts'
import { FaultyJournal } from '../../../../test/support/faulty-journal.ts'

const maps = resourceRef('v1', 'configmaps')
const map = (n: number) =>
  ({
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name: `m-${n}`, namespace: 'apps', labels: { part: n < 100 ? 'old' : 'new' } },
  }) as KubeObject

it('deletes what the selector chooses, many with each commit', async () => {
  const journal = new FaultyJournal()
  const { admin, store } = await apiUnderTest({ journal })
  const client = admin.resource(maps)
  await Promise.all(Array.from({ length: 130 }, (_, n) => client.create(map(n))))
  const before = journal.commits
  await client.deleteCollection({ namespace: 'apps', labelSelector: 'part=old' })
  expect(store.list('configmaps', { namespace: 'apps' }).items).toHaveLength(30)
  expect(journal.commits - before).toBe(2)
})

it('goes on over what is gone already', async () => {
  const { admin, store } = await apiUnderTest()
  const client = admin.resource(maps)
  await Promise.all(Array.from({ length: 10 }, (_, n) => client.create(map(n))))
  const all = client.deleteCollection({ namespace: 'apps' })
  await Promise.all([all, client.delete({ name: 'm-7', namespace: 'apps' })].map((done) => done.catch(() => undefined)))
  await all
  expect(store.list('configmaps', { namespace: 'apps' }).items).toEqual([])
})
