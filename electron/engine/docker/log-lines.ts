import type { Readable } from 'node:stream'
import { FrameParser, type FramePiece } from './frames.ts'

/** The engine cuts a line into pieces of this length. */
const pieceBytes = 16_384
const timeBytes = '2006-01-02T15:04:05.000000000Z '.length
const newline = 10
const newlineText = Buffer.from('\n')

/** Lines as they were written: the pieces of a long one are joined, with the time of the first. */
export async function* joinFrames(stream: Readable, timestamps: boolean): AsyncGenerator<Buffer> {
  const parser = new FrameParser()
  const joiners = {
    stdin: new LineJoiner(timestamps),
    stdout: new LineJoiner(timestamps),
    stderr: new LineJoiner(timestamps),
  }
  for await (const chunk of stream) {
    const parts = parser.push(chunk as Buffer).flatMap((piece) => joiners[piece.stream].push(piece))
    if (parts.length > 0) yield Buffer.concat(parts)
  }
}

/**
 * Every frame is a line, or a piece of one that is too long: then it has no newline at its end, and all pieces but the
 * last have the full length. The last one has no newline either, with the log driver `local`.
 */
class LineJoiner {
  readonly #timeBytes: number
  /** Bytes of this frame so far. */
  #seen = 0
  #continues = false

  constructor(timestamps: boolean) {
    this.#timeBytes = timestamps ? timeBytes : 0
  }

  push({ data, end }: FramePiece): Buffer[] {
    const before = this.#seen
    this.#seen += data.length
    const dropped = this.#continues ? Math.max(0, this.#timeBytes - before) : 0
    const parts = [data.subarray(dropped)]
    if (!end) return parts
    const whole = data.at(-1) === newline
    this.#continues = !whole && this.#seen - this.#timeBytes >= pieceBytes
    this.#seen = 0
    if (!whole && !this.#continues) parts.push(newlineText)
    return parts
  }
}

/** The last `count` lines, or undefined where there are no more than that: the first may then be cut. */
export function lastLines(text: Buffer, count: number): Buffer | undefined {
  let at = text.length
  for (let found = 0; found <= count; found++) {
    at = at === 0 ? -1 : text.lastIndexOf(newline, at - 1)
    if (at < 0) return undefined
  }
  return text.subarray(at + 1)
}
