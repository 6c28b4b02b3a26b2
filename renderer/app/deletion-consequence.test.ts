import { expect, test } from 'vitest'
import type { KubeObject } from '../../shared/api/object.ts'
import { en } from '../messages/en.ts'
import { deletionConsequence, losesData } from './deletion-consequence.ts'

function object(kind: string, owner?: string): KubeObject {
  const ownerReferences = owner
    ? [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: 'u', controller: true }]
    : []
  return { apiVersion: 'v1', kind, metadata: { name: 'x', ownerReferences } }
}

test.each([
  ['Pod', undefined, /30 s to end. No controller owns this pod/],
  ['Pod', 'web', /ReplicaSet web starts a new pod in its place/],
  ['Deployment', undefined, /ReplicaSets and 2 pods are deleted with it/],
  ['Namespace', undefined, /deleted for good: 2 pods/],
  ['StatefulSet', undefined, /2 pods .* claims and their data stay/],
  ['CronJob', undefined, /Jobs/],
  ['PersistentVolumeClaim', undefined, /2 pods use it/],
  ['NetworkPolicy', undefined, /2 pods/],
  ['HorizontalPodAutoscaler', undefined, /as they are now/],
  ['Lease', undefined, /can’t be undone/],
])('deleting a %s owned by %s', (kind, owner, expected) => {
  expect(deletionConsequence(object(kind, owner), 2, en)).toMatch(expected)
})

test('what takes data with it asks for its name', () => {
  const template = { metadata: { name: 'data' } }
  const set = (whenDeleted: string) =>
    ({
      ...object('StatefulSet'),
      spec: { volumeClaimTemplates: [template], persistentVolumeClaimRetentionPolicy: { whenDeleted } },
    }) as KubeObject
  expect(deletionConsequence(set('Delete'), 2, en)).toMatch(/claims .* with the data/)
  expect([set('Delete'), set('Retain'), object('PersistentVolumeClaim'), object('Pod')].map(losesData)).toEqual([
    true,
    false,
    true,
    false,
  ])
})

test('a pod that ended for its Job is not started again', () => {
  const ownerReferences = [{ apiVersion: 'batch/v1', kind: 'Job', name: 'migrate', uid: 'u', controller: true }]
  const pod = { ...object('Pod'), metadata: { name: 'migrate-x', ownerReferences }, status: { phase: 'Succeeded' } }
  expect(deletionConsequence(pod as KubeObject, 0, en)).toMatch(/not started again/)
})
