import { expect, test } from 'vitest'
import { ManualClock } from '../../../shared/lang/manual-clock.ts'
import { aNode, aPod } from '../../../test/support/scheduling-builders.ts'
import type { ClusterEvent, SchedulingPlugin } from './framework.ts'
import { podInfo } from './pod-info.ts'
import { SchedulingQueue } from './scheduling-queue.ts'

const NODE_CAME: ClusterEvent = { type: 'NodeAdded', node: aNode('a').build() }
const rule: SchedulingPlugin = { name: 'Rule', weight: 0, wakesOn: (_pod, { type }) => type === 'NodeAdded' }
const REJECTED = new Set([rule])
const pod = (name: string, priority = 0) => podInfo(aPod(name).spec({ priority }).build())

function queueOf(...names: readonly (string | readonly [name: string, priority: number])[]) {
  const clock = new ManualClock()
  let calls = 0
  const queue = new SchedulingQueue(clock, { initialMs: 1000, maximumMs: 10_000 }, () => calls++)
  for (const name of names) queue.put(typeof name === 'string' ? pod(name) : pod(...name))
  const take = () => queue.take()?.pod.metadata.name
  const fail = (name: string) => {
    expect(take()).toBe(name)
    queue.reject(`uid-${name}`, REJECTED)
  }
  return { clock, queue, take, fail, calls: () => calls }
}

test('the highest priority comes first, then the one that waited longest', () => {
  const { take } = queueOf('a', ['high', 10], 'b', ['higher', 20])
  expect([take(), take(), take(), take(), take()]).toEqual(['higher', 'high', 'a', 'b', undefined])
})

test('a rejected pod waits for an event that can help it', () => {
  const { queue, take, fail } = queueOf('a')
  fail('a')
  queue.onEvent({ type: 'PodDeleted', pod: pod('other') })
  expect(take()).toBeUndefined()
  queue.onEvent(NODE_CAME)
  expect(take()).toBe('a')
})

test('a pod that backs off comes after all that are ready, and at once when none is', () => {
  const { queue, take, fail } = queueOf(['failed', 10])
  fail('failed')
  queue.put(pod('new'))
  queue.onEvent(NODE_CAME)
  expect([take(), take()]).toEqual(['new', 'failed'])
})

test('its back-off over, priority counts again', () => {
  const { clock, queue, take, fail } = queueOf(['failed', 10])
  fail('failed')
  queue.put(pod('new'))
  queue.onEvent(NODE_CAME)
  clock.advance(1000)
  expect([take(), take()]).toEqual(['failed', 'new'])
})

test('of those that back off, the first to be ready comes first; within a second priority decides', () => {
  const { clock, queue, take, fail } = queueOf(['twice', 5])
  fail('twice')
  queue.onEvent(NODE_CAME)
  fail('twice')
  for (const [name, priority] of [
    ['low', 1],
    ['high', 2],
  ] as const) {
    queue.put(pod(name, priority))
    fail(name)
    clock.advance(10)
  }
  queue.onEvent(NODE_CAME)
  expect([take(), take(), take()]).toEqual(['high', 'low', 'twice'])
})

test('after an error the back-off is kept, from a second to ten', () => {
  const { clock, queue, take } = queueOf('a')
  expect(take()).toBe('a')
  const waits = [1, 2, 4, 8, 10, 10].map((seconds) => {
    queue.reject('uid-a', new Set())
    clock.advance(seconds * 1000 - 1)
    const early = take()
    clock.advance(1)
    return [early, take()]
  })
  expect(waits).toEqual(Array.from({ length: 6 }, () => [undefined, 'a']))
})

test('a pod that was removed, or put back, is not taken; one whose event got lost is tried after five minutes', () => {
  const { clock, queue, take } = queueOf('gone', 'back')
  queue.remove('uid-gone')
  expect(take()).toBe('back')
  queue.putBack('uid-back')
  expect(take()).toBeUndefined()
  queue.retry('uid-back')
  expect(take()).toBe('back')
  queue.reject('uid-back', REJECTED)
  clock.advance(5 * 60_000)
  expect(take()).toBe('back')
})

test('a pod that changed is tried again, one of which only the status changed is not', () => {
  const { queue, take, fail } = queueOf('a')
  fail('a')
  const { pod: known } = pod('a')
  queue.put(podInfo({ ...known, status: { phase: 'Pending' } }))
  expect(take()).toBeUndefined()
  queue.put(podInfo({ ...known, metadata: { ...known.metadata, generation: 2 } }))
  expect(take()).toBe('a')
})
