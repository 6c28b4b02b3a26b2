import { expect, test } from 'vitest'
import type { KubeObject } from '../../shared/api/object.ts'
import { en } from '../messages/en.ts'
import { deletionConsequence } from './deletion-consequence.ts'

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
  ['Lease', undefined, /can’t be undone/],
])('deleting a %s owned by %s', (kind, owner, expected) => {
  expect(deletionConsequence(object(kind, owner), 2, en)).toMatch(expected)
})
