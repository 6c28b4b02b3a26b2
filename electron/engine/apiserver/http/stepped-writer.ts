import type { ServerResponse } from 'node:http'

/** As much is handed to one connection at a time. */
export const WRITE_BYTES = 256 * 1024

/**
 * Writes many small pieces at the client's pace, so that neither memory nor the event loop is held by one client.
 * - They are gathered in one buffer, which is used again once the connection has taken it: a large answer leaves no garbage.
 * - One write or flush at a time: a promise that comes back is to be waited for.
 */
export class SteppedWriter {
  readonly #response: ServerResponse
  #buffer: Buffer
  #filled = 0

  /** `bytes`: of all that will be written, as far as that is known. */
  constructor(response: ServerResponse, bytes = WRITE_BYTES) {
    this.#response = response
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(bytes, WRITE_BYTES))
  }

  /** Copies the piece. Resolves when the client has read enough, or has gone; undefined when there was room. */
  write(piece: Uint8Array): Promise<void> | undefined {
    if (this.#filled + piece.length > this.#buffer.length) return this.#writeAfterFlush(piece)
    this.#buffer.set(piece, this.#filled)
    this.#filled += piece.length
    return undefined
  }

  async flush(): Promise<void> {
    const chunk = this.#buffer.subarray(0, this.#filled)
    this.#filled = 0
    await this.#send(chunk)
  }

  /** What is left, to be written at last: nobody writes after this. */
  rest(): Buffer {
    return this.#buffer.subarray(0, this.#filled)
  }

  async #writeAfterFlush(piece: Uint8Array): Promise<void> {
    await this.flush()
    if (piece.length > this.#buffer.length) await this.#send(piece)
    else void this.write(piece)
  }

  async #send(chunk: Uint8Array): Promise<void> {
    if (chunk.length === 0 || this.#response.destroyed) return
    // A write that need not be waited for may still be under way: its bytes are its own from here on.
    if (this.#response.write(chunk)) this.#buffer = Buffer.allocUnsafeSlow(this.#buffer.length)
    else await drained(this.#response)
  }
}

/** Resolves when the client has read what was written, or has gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}
