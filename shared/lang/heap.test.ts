import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Heap } from './heap.ts'

test('always hands out the least of what is in it', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(50)), { maxLength: 200 }), (script) => {
      const heap = new Heap<number>((a, b) => a < b)
      const model: number[] = []
      for (const item of script) {
        if (item === null) expect(heap.pop()).toBe(model.shift())
        else {
          heap.push(item)
          model.push(item)
          model.sort((a, b) => a - b)
        }
        expect(heap.least).toBe(model[0])
      }
    }),
  )
})
