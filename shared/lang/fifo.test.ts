import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fifo } from './fifo.ts'

const steps = fc.array(fc.constantFrom('push', 'push', 'shift', 'clear'), { maxLength: 200 })

test('hands out what was put in, in order, and finds what comes after any item', () => {
  fc.assert(
    fc.property(steps, fc.nat(200), (script, past) => {
      const fifo = new Fifo<{ at: number }>()
      let model: { at: number }[] = []
      for (const [at, step] of script.entries()) {
        if (step === 'push') {
          fifo.push({ at })
          model.push({ at })
        } else if (step === 'shift') expect(fifo.shift()).toEqual(model.shift())
        else if (at % 7 === 0) {
          fifo.clear()
          model = []
        }
        expect(fifo.length).toBe(model.length)
        expect(fifo.first).toEqual(model[0])
      }
      expect(fifo.after(({ at }) => at <= past)).toEqual(model.filter(({ at }) => at > past))
    }),
  )
})

test('a long queue empties in about the time that it took to fill', () => {
  const fifo = new Fifo<string>()
  const count = 200_000
  for (let at = 0; at < count; at++) fifo.push(`key-${at}`)
  const begin = performance.now()
  let taken = 0
  while (fifo.shift() !== undefined) taken += 1
  expect(taken).toBe(count)
  expect(performance.now() - begin).toBeLessThan(2000)
})
