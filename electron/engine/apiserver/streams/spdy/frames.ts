/** SPDY/3.1 frames, as far as Kubernetes' clients use them. */

export const FLAG_FIN = 1

export const CONTROL = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7 } as const

export type Frame =
  | { readonly type: 'data'; readonly streamId: number; readonly fin: boolean; readonly payload: Buffer }
  | { readonly type: 'control'; readonly control: number; readonly flags: number; readonly payload: Buffer }

const HEADER_BYTES = 8
const MAX_FRAME_BYTES = 16 * 1024 * 1024
const VERSION = 3

/** Cuts a byte stream into frames. Throws on what is no SPDY/3. */
export class FrameReader {
  #buffered: Buffer[] = []
  #bytes = 0

  push(chunk: Buffer): Frame[] {
    this.#buffered.push(chunk)
    this.#bytes += chunk.length
    const frames: Frame[] = []
    while (this.#bytes >= HEADER_BYTES) {
      const head = this.#peek()
      const length = head.readUIntBE(5, 3)
      if (length > MAX_FRAME_BYTES) throw new Error('SPDY frame is too large')
      if (this.#bytes < HEADER_BYTES + length) break
      const all = Buffer.concat(this.#buffered)
      frames.push(parseFrame(all, length))
      const rest = all.subarray(HEADER_BYTES + length)
      this.#buffered = rest.length > 0 ? [rest] : []
      this.#bytes = rest.length
    }
    return frames
  }

  #peek(): Buffer {
    const first = this.#buffered[0] as Buffer
    if (first.length >= HEADER_BYTES) return first
    this.#buffered = [Buffer.concat(this.#buffered)]
    return this.#buffered[0] as Buffer
  }
}

function parseFrame(bytes: Buffer, length: number): Frame {
  const payload = bytes.subarray(HEADER_BYTES, HEADER_BYTES + length)
  const first = bytes.readUInt32BE(0)
  const flags = bytes.readUInt8(4)
  if (first < 0x80000000) return { type: 'data', streamId: first, fin: (flags & FLAG_FIN) !== 0, payload }
  if (((first >>> 16) & 0x7fff) !== VERSION) throw new Error('not a SPDY/3 frame')
  return { type: 'control', control: first & 0xffff, flags, payload }
}

export function dataFrame(streamId: number, payload: Buffer, fin: boolean): [head: Buffer, body: Buffer] {
  const head = Buffer.alloc(HEADER_BYTES)
  head.writeUInt32BE(streamId, 0)
  head.writeUInt8(fin ? FLAG_FIN : 0, 4)
  head.writeUIntBE(payload.length, 5, 3)
  return [head, payload]
}

export function controlFrame(control: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(HEADER_BYTES)
  head.writeUInt32BE((0x80000000 | (VERSION << 16) | control) >>> 0, 0)
  head.writeUIntBE(payload.length, 5, 3)
  return Buffer.concat([head, payload])
}

export function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4)
  return bytes
}
