import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Deployment, ReplicaSet } from '../../../../shared/api/types/apps-v1.ts'
import { currentAnnotations, sizeAnnotations } from './annotations.ts'
import { currentSize, fencepostsOf, planCleanUp, planScale, planScaleDown, type ScaleStep } from './plan.ts'

interface Rolling {
  readonly maxSurge?: number | string
  readonly maxUnavailable?: number | string
}

function deployment(replicas: number, rollingUpdate: Rolling = { maxSurge: '25%', maxUnavailable: '25%' }): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: {},
      template: {},
      strategy: { type: 'RollingUpdate', rollingUpdate },
      revisionHistoryLimit: 2,
    },
  }
}

let age = 0

function set(
  name: string,
  replicas: number,
  available = replicas,
  annotations: Record<string, string> = {},
): ReplicaSet {
  age += 1000
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, annotations, creationTimestamp: new Date(age).toISOString() },
    spec: { replicas, selector: {} },
    status: { replicas, availableReplicas: available },
  }
}

const read = (steps: readonly ScaleStep[]) =>
  steps.map(({ replicaSet, replicas }) => `${replicaSet.metadata.name}=${replicas}`)

describe('a rolling update', () => {
  test.each([
    [10, { maxSurge: '25%', maxUnavailable: '25%' }, 3, 2],
    [1, { maxSurge: '25%', maxUnavailable: '25%' }, 1, 0],
    [3, { maxSurge: 0, maxUnavailable: '10%' }, 0, 1],
    [2, { maxSurge: 1, maxUnavailable: 5 }, 1, 2],
    [0, { maxSurge: '25%', maxUnavailable: '25%' }, 0, 0],
  ])('of %i replicas with %o may surge by %i and miss %i', (replicas, rolling, maxSurge, maxUnavailable) => {
    expect(fencepostsOf(deployment(replicas, rolling))).toEqual({ maxSurge, maxUnavailable })
  })

  test('first takes old pods that are not available anyway, then available ones of the oldest', () => {
    const old = [set('oldest', 4, 4), set('broken', 3, 1)]
    expect(read(planScaleDown(deployment(8), set('new', 3, 3), old))).toEqual(['oldest=2', 'broken=1'])
  })

  test('waits while new pods are not available', () => {
    expect(read(planScaleDown(deployment(10), set('new', 5, 0), [set('old', 8)]))).toEqual([])
  })

  test('never goes above its surge or below its availability, and always ends', () => {
    const percent = fc.integer({ min: 0, max: 100 }).map((value) => `${value}%`)
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        percent,
        percent,
        fc.array(fc.nat(20), { maxLength: 3 }),
        (desired, maxSurge, maxUnavailable, olds) => {
          const target = deployment(desired, { maxSurge, maxUnavailable })
          const posts = fencepostsOf(target)
          let old = olds.map((size, index) => set(`old-${index}`, size))
          let current = set('new', 0)
          const total = () => [...old, current].reduce((sum, { spec }) => sum + (spec?.replicas ?? 0), 0)
          const start = total()
          for (let step = 0; step < 400; step++) {
            const size = currentSize(target, { current, old })
            const before = total()
            current = resized(current, size)
            expect(total()).toBeLessThanOrEqual(Math.max(start, desired + posts.maxSurge))
            const steps = planScaleDown(target, current, old)
            old = old.map((replicaSet) =>
              resized(
                replicaSet,
                steps.find((one) => one.replicaSet === replicaSet)?.replicas ?? replicaSet.spec?.replicas ?? 0,
              ),
            )
            expect(total()).toBeGreaterThanOrEqual(Math.min(before, desired - posts.maxUnavailable))
          }
          expect(current.spec?.replicas).toBe(desired)
          expect(old.every(({ spec }) => spec?.replicas === 0)).toBe(true)
        },
      ),
      { numRuns: 50 },
    )
  })
})

/** Every pod becomes available at once. */
function resized(replicaSet: ReplicaSet, replicas: number): ReplicaSet {
  return { ...replicaSet, spec: { selector: {}, replicas }, status: { replicas, availableReplicas: replicas } }
}

describe('scaling', () => {
  const sized = (name: string, replicas: number, desired: number, max: number) =>
    set(name, replicas, replicas, sizeAnnotations({}, desired, max))

  test('in the middle of a rollout goes in proportion, the rest to the largest', () => {
    const generations = { current: sized('new', 5, 10, 13), old: [sized('old', 8, 10, 13)] }
    expect(read(planScale(deployment(20), generations))).toEqual(['old=15', 'new=10'])
    expect(read(planScale(deployment(5), generations))).toEqual(['old=4', 'new=3'])
    expect(read(planScale(deployment(0), generations))).toEqual(['old=0', 'new=0'])
  })

  test('goes to the only active ReplicaSet, else to the newest', () => {
    expect(read(planScale(deployment(5), { current: set('new', 0), old: [set('old', 3)] }))).toEqual(['old=5'])
    expect(read(planScale(deployment(5), { current: undefined, old: [set('a', 0), set('b', 0)] }))).toEqual(['b=5'])
    expect(read(planScale(deployment(3), { current: set('new', 3), old: [] }))).toEqual([])
  })
})

test('a ReplicaSet that becomes current again gets a new revision and remembers its old ones', () => {
  const first = currentAnnotations(deployment(1), {}, 1)
  expect(first).toEqual({ 'deployment.kubernetes.io/revision': '1' })
  const third = currentAnnotations(deployment(1), first, 3)
  const fifth = currentAnnotations(deployment(1), third, 5)
  expect(fifth['deployment.kubernetes.io/revision']).toBe('5')
  expect(fifth['deployment.kubernetes.io/revision-history']).toBe('1,3')
  expect(currentAnnotations(deployment(1), fifth, 4)).toEqual(fifth)
})

test('clean-up keeps the newest revisions and whatever still has pods', () => {
  const revision = (value: number, replicas: number) =>
    set(`r${value}`, replicas, replicas, { 'deployment.kubernetes.io/revision': `${value}` })
  const old = [revision(4, 0), revision(1, 1), revision(2, 0), revision(3, 0)]
  expect(planCleanUp(deployment(1), old).map(({ metadata }) => metadata.name)).toEqual(['r2'])
})
