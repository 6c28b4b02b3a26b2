import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { inParallel } from './in-parallel.ts'

test('acts on every item once, in order, and never on more than it may at a time', async () => {
  const begun: number[] = []
  let running = 0
  let most = 0
  await inParallel([1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item)
    running += 1
    most = Math.max(most, running)
    await turn()
    running -= 1
  })
  expect([begun, most, running]).toEqual([[1, 2, 3, 4, 5], 2, 0])
})

test('rejects with the first failure', async () => {
  const failing = inParallel([1, 2, 3], 2, async (item) => {
    if (item > 1) throw new Error(`no ${item}`)
  })
  await expect(failing).rejects.toThrow('no 2')
})
