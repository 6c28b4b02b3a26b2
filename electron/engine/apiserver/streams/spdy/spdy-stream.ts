import { Duplex } from 'node:stream'
import type { SpdyHeaders } from './header-codec.ts'

/** How a stream reaches its connection. */
export interface SpdyStreamHost {
  sendData(streamId: number, payload: Buffer, fin: boolean, done: () => void): void
  sendReset(streamId: number): void
  /** The reader took data: more may be read from the connection. */
  onRead(stream: SpdyStream): void
  onClosed(stream: SpdyStream): void
}

/** As large pieces as spdystream's clients expect to take at once. */
const MAX_DATA_BYTES = 32 * 1024

/** One stream that the client opened. */
export class SpdyStream extends Duplex {
  readonly id: number
  readonly headers: SpdyHeaders
  readonly #host: SpdyStreamHost
  #finSent = false
  #finReceived = false

  constructor(id: number, headers: SpdyHeaders, host: SpdyStreamHost) {
    super({ allowHalfOpen: true })
    this.id = id
    this.headers = headers
    this.#host = host
  }

  receive(payload: Buffer, fin: boolean): void {
    if (this.destroyed || this.#finReceived) return
    if (payload.length > 0) this.push(payload)
    if (fin) this.receiveEnd()
  }

  receiveEnd(): void {
    if (this.#finReceived) return
    this.#finReceived = true
    this.push(null)
  }

  /** The client reset the stream: both directions are over. */
  receiveReset(): void {
    this.#finSent = true
    this.receiveEnd()
    this.destroy()
  }

  override _read(): void {
    this.#host.onRead(this)
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    const send = (offset: number) => {
      const end = offset + MAX_DATA_BYTES
      const next = end < chunk.length ? () => send(end) : () => callback()
      this.#host.sendData(this.id, chunk.subarray(offset, end), false, next)
    }
    send(0)
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#finSent = true
    this.#host.sendData(this.id, Buffer.alloc(0), true, () => callback())
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    if (!this.#finSent) this.#host.sendReset(this.id)
    this.#host.onClosed(this)
    callback(error)
  }
}
