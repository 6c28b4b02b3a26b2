import { expect, it } from 'vitest'
import { escaped } from './one-byte-text.ts'

it('leaves a program as it was, in one byte per character', () => {
  const program = '["…", `μ`, "é", "\\\\…", "😀", /^…$/.test("…")] // …'
  const code = escaped(program)
  expect([...code].every((character) => character <= 'ÿ')).toBe(true)
  const value = (text: string) => Function(`return (${text}\n)`)() as unknown
  expect(value(code)).toEqual(value(program))
})
