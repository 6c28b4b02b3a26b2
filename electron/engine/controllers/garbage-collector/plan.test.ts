import { expect, test } from 'vitest'
import type { KubeObject } from '../../../../shared/api/object.ts'
import { type OwnerState, planGarbage } from './plan.ts'

interface Shape {
  readonly owners?: readonly string[]
  readonly finalizers?: string[]
  readonly deleted?: boolean
}

function thing(uid: string, { owners = [], finalizers = [], deleted = false }: Shape = {}): KubeObject {
  const reference = (owner: string) => ({
    apiVersion: 'v1',
    kind: 'Thing',
    name: owner,
    uid: owner,
    blockOwnerDeletion: true,
  })
  return {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: {
      name: uid,
      uid,
      finalizers,
      ownerReferences: owners.map(reference),
      ...(deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
  }
}

function plan(object: KubeObject, states: Record<string, OwnerState> = {}, dependents: KubeObject[] = []): string {
  const planned = planGarbage(object, dependents, ({ uid }) => states[uid] ?? 'absent')
  switch (planned.action) {
    case 'delete':
      return `delete ${planned.propagation}`
    case 'drop-owners':
      return `drop ${planned.owners.join()}`
    case 'collect-dependents':
      return `collect ${planned.dependents.map(({ metadata }) => metadata.name).join()}`
    default:
      return planned.action
  }
}

test('an object is garbage when none of its owners is left', () => {
  expect(plan(thing('a'))).toBe('keep')
  expect(plan(thing('a', { owners: ['x'] }), { x: 'solid' })).toBe('keep')
  expect(plan(thing('a', { owners: ['x'] }))).toBe('delete Background')
  expect(plan(thing('a', { owners: ['x', 'y'] }), { y: 'solid' })).toBe('drop x')
  expect(plan(thing('a', { owners: ['x'], deleted: true }))).toBe('keep')
})

test('how it goes depends on its finalizers and on whether its owner waits', () => {
  expect(plan(thing('a', { owners: ['x'], finalizers: ['orphan'] }))).toBe('delete Orphan')
  expect(plan(thing('a', { owners: ['x'], finalizers: ['foregroundDeletion'] }))).toBe('delete Foreground')
  const child = thing('child', { owners: ['a'] })
  expect(plan(thing('a', { owners: ['x'] }), { x: 'waiting' }, [child])).toBe('delete Foreground')
  expect(plan(thing('a', { owners: ['x'] }), { x: 'waiting' })).toBe('delete Background')
})

test('an object that is being deleted in the foreground goes after the dependents that block it', () => {
  const waiting = thing('a', { finalizers: ['foregroundDeletion'], deleted: true })
  expect(plan(waiting, {}, [thing('child', { owners: ['a'] })])).toBe('collect child')
  expect(plan(waiting)).toBe('remove-finalizer')
  expect(plan(thing('a', { finalizers: ['orphan'], deleted: true }), {}, [thing('child', { owners: ['a'] })])).toBe(
    'orphan-dependents',
  )
})
