import fc from 'fast-check'
import { expect, test } from 'vitest'
import { objectKey } from '../../../../shared/api/object.ts'
import { controllerOf, controllerReference } from '../../../../shared/api/owner-references.ts'
import type { ReplicaSet } from '../../../../shared/api/types/apps-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import type { Informer } from '../../controller/informer.ts'
import { countPods, PodTallies } from './pod-tally.ts'

const owners = ['one', 'two'].map((uid) => replicaSet(uid, { app: 'web' }))

function replicaSet(uid: string, labels: Record<string, string>): ReplicaSet {
  const spec = { selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels } } }
  return { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: uid, uid, namespace: 'a' }, spec }
}

const pods: fc.Arbitrary<Pod> = fc
  .record({
    name: fc.constantFrom('p0', 'p1', 'p2', 'p3'),
    owner: fc.constantFrom(...owners, undefined),
    labels: fc.constantFrom({ app: 'web' }, { app: 'web', version: '2' }, { app: 'other' }),
    phase: fc.constantFrom('Pending', 'Running', 'Failed'),
    ready: fc.boolean(),
    leaving: fc.boolean(),
  })
  .map(({ name, owner, labels, phase, ready, leaving }) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'a',
      labels,
      ...(owner ? { ownerReferences: [controllerReference(owner)] } : {}),
      ...(leaving ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  }))

/** What the cache of pods has, and who is told of its changes. */
function podCache() {
  const cached = new Map<string, Pod>()
  const owned = (uid: string) => [...cached.values()].filter((pod) => controllerOf(pod)?.uid === uid)
  const byIndex = (_: string, value: string) => owned(value.slice('uid:'.length))
  return { cached, owned, informer: { byIndex } as unknown as Informer<Pod> }
}

test('counts that follow each change are those of a count of all pods', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(pods, fc.constantFrom('p0', 'p1', 'p2', 'p3'))), (script) => {
      const { cached, owned, informer } = podCache()
      const tallies = new PodTallies(informer)
      for (const step of script) {
        const key = typeof step === 'string' ? `a/${step}` : objectKey(step)
        const before = cached.get(key)
        if (typeof step === 'string') cached.delete(key)
        else cached.set(key, step)
        if (before !== undefined || typeof step !== 'string') tallies.changed(before, cached.get(key))
        for (const owner of owners) {
          expect(tallies.of(owner)).toEqual(countPods(owner, owned(owner.metadata.uid ?? '')))
        }
      }
    }),
  )
})

test('a template with other labels, or an owner that was forgotten, is counted anew', () => {
  const { cached, informer } = podCache()
  const tallies = new PodTallies(informer)
  const owner = replicaSet('one', { app: 'web' })
  const metadata = { name: 'p', namespace: 'a', labels: { app: 'web' }, ownerReferences: [controllerReference(owner)] }
  cached.set('a/p', { apiVersion: 'v1', kind: 'Pod', metadata, status: { phase: 'Running' } })
  expect(tallies.of(owner)).toMatchObject({ active: 1, fullyLabeled: 1 })
  expect(tallies.of(replicaSet('one', { app: 'web', version: '2' }))).toMatchObject({ active: 1, fullyLabeled: 0 })
  cached.clear()
  tallies.forget(owner)
  expect(tallies.of(owner)).toMatchObject({ active: 0 })
})
