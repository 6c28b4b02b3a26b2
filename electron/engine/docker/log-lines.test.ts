import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joinFrames, lastLines } from './log-lines.ts'

const time = '2026-01-02T03:04:05.123456789Z '

/** The engine's frames of a stream of lines, as the log driver `local` cuts them. */
function frames(lines: readonly string[], timestamps: boolean): Buffer {
  return Buffer.concat(
    lines.flatMap((line) => {
      const pieces: string[] = []
      for (let at = 0; at === 0 || at <= line.length; at += 16_384) pieces.push(line.slice(at, at + 16_384))
      const end = pieces.length === 1 ? '\n' : ''
      return pieces.map((piece) => frame(1, `${timestamps ? time : ''}${piece}${end}`))
    }),
  )
}

function frame(stream: number, content: string): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt8(stream, 0)
  header.writeUInt32BE(Buffer.byteLength(content), 4)
  return Buffer.concat([header, Buffer.from(content)])
}

const line = fc.oneof(
  fc.stringMatching(/^[a-z ]{0,20}$/),
  fc.integer({ min: 16_380, max: 33_000 }).map((length) => 'x'.repeat(length)),
)

describe('joinFrames', () => {
  it('gives the lines back however the stream is cut', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 6 }), fc.boolean(), cuts, async (lines, timestamps, sizes) => {
        const all = frames(lines, timestamps)
        const chunks: Buffer[] = []
        for (let at = 0, i = 0; at < all.length; i++) {
          const size = sizes[i % sizes.length] ?? 1
          chunks.push(all.subarray(at, at + size))
          at += size
        }
        const joined = await text(Readable.from(joinFrames(Readable.from(chunks), timestamps)))
        // Not expect: its text of two long strings would be endless.
        return joined === lines.map((each) => `${timestamps ? time : ''}${each}\n`).join('')
      }),
      { numRuns: 50 },
    )
  })
})

describe('lastLines', () => {
  it('cuts only where there are more lines', () => {
    const lines = Buffer.from('one\ntwo\nthree\n')
    expect(String(lastLines(lines, 1))).toBe('three\n')
    expect(String(lastLines(lines, 2))).toBe('two\nthree\n')
    expect(lastLines(lines, 3)).toBeUndefined()
    expect(lastLines(Buffer.alloc(0), 1)).toBeUndefined()
  })
})
