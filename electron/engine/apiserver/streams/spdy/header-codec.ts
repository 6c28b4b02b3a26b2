import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib'
import { lengthPrefixed, SPDY_DICTIONARY } from './spdy-dictionary.ts'

/** Names in lower case. */
export type SpdyHeaders = ReadonlyMap<string, string>

const MAX_HEADER_BYTES = 64 * 1024

/**
 * Header blocks of one connection: all blocks of a direction share one compression state, so they have to be coded one
 * after the other, in the order of their frames.
 */
export class HeaderCodec {
  readonly #inflate: Inflate = createInflate({ dictionary: SPDY_DICTIONARY, finishFlush: constants.Z_SYNC_FLUSH })
  readonly #deflate: Deflate = createDeflate({ dictionary: SPDY_DICTIONARY, flush: constants.Z_SYNC_FLUSH })

  async decode(block: Buffer): Promise<SpdyHeaders> {
    return parseBlock(await pass(this.#inflate, block))
  }

  encode(headers: SpdyHeaders): Promise<Buffer> {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(headers.size)
    const pairs = [...headers].flatMap(([name, value]) => [lengthPrefixed(name), lengthPrefixed(value)])
    return pass(this.#deflate, Buffer.concat([count, ...pairs]))
  }

  close(): void {
    this.#inflate.destroy()
    this.#deflate.destroy()
  }
}

/** Sends one piece through a compression stream and collects all that it gives for it. */
function pass(stream: Inflate | Deflate, input: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const output: Buffer[] = []
    let bytes = 0
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > MAX_HEADER_BYTES) stream.destroy(new Error('SPDY header block is too large'))
      else output.push(chunk)
    }
    const settle = (end: () => void) => {
      stream.off('data', onData).off('error', onError)
      end()
    }
    const onError = (error: Error) => settle(() => reject(error))
    stream.on('data', onData).on('error', onError)
    stream.write(input, () => {
      stream.flush(constants.Z_SYNC_FLUSH, () => settle(() => resolve(Buffer.concat(output))))
    })
  })
}

function parseBlock(block: Buffer): SpdyHeaders {
  const headers = new Map<string, string>()
  let offset = 4
  const text = () => {
    const length = block.readUInt32BE(offset)
    const value = block.toString('latin1', offset + 4, offset + 4 + length)
    offset += 4 + length
    return value
  }
  for (let left = block.readUInt32BE(0); left > 0; left--) headers.set(text().toLowerCase(), text())
  return headers
}
