import { describe, expect, test } from 'vitest'
import { ansiRuns, plainText } from './ansi.ts'
import { findLines, LogBuffer, MAX_LINES } from './log-buffer.ts'
import { splitMatches } from './split-matches.ts'

const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000000Z`
const texts = (buffer: LogBuffer) => buffer.lines.map(({ text }) => text)

describe('the lines of a log', () => {
  test('are put together from chunks, without their timestamps', () => {
    const buffer = new LogBuffer()
    buffer.append(`${at(1)} first\n${at(2)} se`)
    buffer.append(`cond\r\n${at(3)} \nno time\n`)
    expect(texts(buffer)).toEqual(['first', 'second', '', 'no time'])
    expect(buffer.lines.map(({ time }) => time)).toEqual([at(1), at(2), at(3), ''])
  })

  test('come once when the log is read again', () => {
    const buffer = new LogBuffer()
    buffer.append(`${at(1)} a\n${at(2)} b\n${at(3)} cut`)
    buffer.beginAgain()
    buffer.append(`${at(1)} a\n${at(2)} b\n${at(3)} cut off\n${at(4)} d\n`)
    expect(texts(buffer)).toEqual(['a', 'b', 'cut off', 'd'])
  })

  test('are bounded, the oldest go first', () => {
    const buffer = new LogBuffer()
    buffer.append(`${'x\n'.repeat(MAX_LINES)}last\n`)
    expect([buffer.lines.length, texts(buffer).at(-1), buffer.lines[0]?.number]).toEqual([MAX_LINES, 'last', 1])
  })

  test('are found whatever their case and colour', () => {
    const buffer = new LogBuffer()
    buffer.append('one\nan \u001b[31mER\u001b[0mROR\ntwo error\n')
    expect(findLines(buffer.lines, 'error', plainText)).toEqual([1, 2])
    expect(splitMatches('Error: no error', 'error')).toEqual(['', 'Error', ': no ', 'error', ''])
  })
})

test('colours of a terminal become classes, everything else of them goes', () => {
  const line = 'a\u001b[1;31mb\u001b[0mc\u001b[38;5;31md\u001b[2Ke'
  expect(ansiRuns(line).map(({ text, style }) => `${text}:${style}`)).toEqual([
    'a:',
    'b:a-red a-bold',
    'c:',
    'd:',
    'e:',
  ])
})
