/** A piece of a multiplexed stream's frame; `end` on the last piece of its frame. */
export interface FramePiece {
  readonly stream: 'stdin' | 'stdout' | 'stderr'
  readonly data: Buffer
  readonly end: boolean
}

const streams = ['stdin', 'stdout', 'stderr'] as const
const headerBytes = 8

/** Splits the engine's multiplexed stream (stream number, three zeros, length, bytes), without waiting for whole frames. */
export class FrameParser {
  #header = Buffer.alloc(0)
  #stream: FramePiece['stream'] = 'stdout'
  #left = 0

  push(chunk: Buffer): FramePiece[] {
    const pieces: FramePiece[] = []
    let rest = chunk
    while (rest.length > 0) {
      if (this.#left === 0) {
        const take = headerBytes - this.#header.length
        this.#header = Buffer.concat([this.#header, rest.subarray(0, take)])
        rest = rest.subarray(take)
        if (this.#header.length < headerBytes) break
        this.#stream = streams[this.#header.readUInt8(0)] ?? 'stdout'
        this.#left = this.#header.readUInt32BE(4)
        this.#header = Buffer.alloc(0)
        if (this.#left === 0) pieces.push({ stream: this.#stream, data: Buffer.alloc(0), end: true })
      } else {
        const data = rest.subarray(0, this.#left)
        this.#left -= data.length
        rest = rest.subarray(data.length)
        pieces.push({ stream: this.#stream, data, end: this.#left === 0 })
      }
    }
    return pieces
  }
}
