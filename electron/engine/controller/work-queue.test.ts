import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ManualClock } from '../../../shared/lang/manual-clock.ts'
import { WorkQueue } from './work-queue.ts'

const keys = fc.constantFrom('a', 'b', 'c', 'd')
const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('add' as const), key: keys }),
    fc.record({ do: fc.constant('addAfter' as const), key: keys, ms: fc.nat(50) }),
    fc.record({ do: fc.constant('get' as const) }),
    fc.record({ do: fc.constant('done' as const), pick: fc.nat(3) }),
    fc.record({ do: fc.constant('advance' as const), ms: fc.nat(60) }),
  ),
  { maxLength: 80 },
)

describe('work queue', () => {
  test('hands every added key to exactly one worker at a time, in order, and loses none', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const clock = new ManualClock()
        const queue = new WorkQueue(clock)
        const working: string[] = []
        const owed = new Map<string, number>()
        const taken = new Map<string, number>()
        let step = 0
        const owe = (key: string, at: number) => owed.set(key, Math.max(owed.get(key) ?? 0, at))
        for (const action of script) {
          step += 1
          if (action.do === 'add') {
            queue.add(action.key)
            owe(action.key, step)
          } else if (action.do === 'addAfter') {
            queue.addAfter(action.key, action.ms)
            owe(action.key, step)
          } else if (action.do === 'advance') clock.advance(action.ms)
          else if (action.do === 'done') {
            const [key] = working.splice(action.pick % Math.max(1, working.length), 1)
            if (key !== undefined) queue.done(key)
          } else if (queue.length > 0) {
            const key = (await queue.get()) as string
            expect(working).not.toContain(key)
            working.push(key)
            taken.set(key, step)
          }
        }
        clock.advance(100)
        for (const key of working.splice(0)) queue.done(key)
        while (queue.length > 0) {
          const key = (await queue.get()) as string
          taken.set(key, step + 1)
          queue.done(key)
        }
        for (const [key, at] of owed) expect(taken.get(key) ?? 0).toBeGreaterThanOrEqual(at)
        expect(queue.idle).toBe(true)
      }),
    )
  })

  test('is fair: a key that is added again and again does not starve the others', async () => {
    const queue = new WorkQueue(new ManualClock())
    for (const key of ['a', 'b', 'a', 'c', 'a']) queue.add(key)
    const order: string[] = []
    for (let turn = 0; turn < 4; turn++) {
      const key = (await queue.get()) as string
      order.push(key)
      if (turn === 0) queue.add('a')
      queue.done(key)
    }
    expect(order).toEqual(['a', 'b', 'c', 'a'])
  })

  test('backs off from 5 ms, doubling to 1000 s, until forgotten', async () => {
    const clock = new ManualClock()
    const queue = new WorkQueue(clock)
    const waits: number[] = []
    for (let failure = 0; failure < 20; failure++) {
      queue.addRateLimited('a')
      const wait = clock.nextTimerMs() as number
      waits.push(wait)
      clock.advance(wait)
      queue.done((await queue.get()) as string)
    }
    expect(waits.slice(0, 5)).toEqual([5, 10, 20, 40, 80])
    expect(waits.at(-1)).toBe(1_000_000)
    queue.forget('a')
    queue.addRateLimited('a')
    expect(clock.nextTimerMs()).toBe(5)
  })

  test('lets no more than a hundred failures through at once, then ten a second', () => {
    const clock = new ManualClock()
    const queue = new WorkQueue(clock)
    for (let index = 0; index < 150; index++) queue.addRateLimited(`key-${index}`)
    clock.advance(5)
    expect(queue.length).toBe(100)
    clock.advance(995)
    expect(queue.length).toBe(110)
  })

  test('wakes waiting workers when it is disposed', async () => {
    const clock = new ManualClock()
    const queue = new WorkQueue(clock)
    const waiting = queue.get()
    queue.addAfter('a', 10)
    queue.dispose()
    expect(await waiting).toBeUndefined()
    expect(clock.nextTimerMs()).toBeUndefined()
  })
})
