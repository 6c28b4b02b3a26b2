import { expect, it } from 'vitest'
import { pemBlocks } from './pem-blocks.ts'

const bytes = (text: string) => Buffer.from(text)
const block = (type: string, body: string) => `-----BEGIN ${type}-----\n${body}-----END ${type}-----`
const read = (text: string) => pemBlocks(bytes(text)).map(({ type, body }) => `${type}: ${body.trim()}`)

it.each<[what: string, text: string, blocks: readonly string[]]>([
  ['nothing', '', []],
  ['text around blocks', `a\n${block('A', 'x\n')}\nb\n${block('B C', 'y\n')}\n`, ['A: x', 'B C: y']],
  ['blocks of one type', `${block('A', 'x\n')}\n${block('A', 'y\n')}`, ['A: x', 'A: y']],
  ['a beginning without an end', `-----BEGIN Z-----\n${block('A', 'x\n')}`, ['A: x']],
  ['an end before its beginning', `-----END A-----\n${block('A', 'x\n')}`, ['A: x']],
  ['a block in a block', block('A', `${block('B', 'x\n')}\n`), ['A: -----BEGIN B-----\nx\n-----END B-----']],
  ['lines of another system', '-----BEGIN A-----\r\nx\r\n-----END A-----\r\n', ['A: x']],
  ['ends that share their dashes', '-----BEGIN B-----\nx-----END A-----END B-----', ['B: x-----END A']],
])('reads %s', (_what, text, blocks) => {
  expect(read(text)).toEqual(blocks)
})

it('reads many beginnings without an end as fast as any text', () => {
  const many = Array.from({ length: 100_000 }, (_, at) => `-----BEGIN A${at % 2 ? '' : at}-----\n`).join('')
  expect(pemBlocks(bytes(many))).toEqual([])
})
