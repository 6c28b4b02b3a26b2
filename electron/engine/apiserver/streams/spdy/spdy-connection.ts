import type { Duplex } from 'node:stream'
import { CONTROL, controlFrame, dataFrame, FLAG_FIN, type Frame, FrameReader, uint32 } from './frames.ts'
import { HeaderCodec } from './header-codec.ts'
import { SpdyStream, type SpdyStreamHost } from './spdy-stream.ts'

const RST_CANCEL = 5
/** More than this unread in one stream stops reading from the connection. */
const MAX_UNREAD_BYTES = 1024 * 1024

/**
 * The server's end of a SPDY/3.1 connection as Kubernetes' clients use it (spdystream): streams are opened by the
 * client only, there is no flow control by windows, so a slow reader holds up the whole connection.
 */
export class SpdyConnection implements SpdyStreamHost {
  readonly #socket: Duplex
  readonly #onStream: (stream: SpdyStream) => void
  readonly #reader = new FrameReader()
  readonly #codec = new HeaderCodec()
  readonly #streams = new Map<number, SpdyStream>()
  /** Frames are taken one after the other: header blocks depend on those before them. */
  #incoming: Promise<void> = Promise.resolve()
  #outgoing: Promise<void> = Promise.resolve()
  #closed = false

  constructor(socket: Duplex, onStream: (stream: SpdyStream) => void) {
    this.#socket = socket
    this.#onStream = onStream
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('error', () => this.close())
    socket.on('end', () => this.close())
    socket.on('close', () => this.close())
  }

  sendData(streamId: number, payload: Buffer, fin: boolean, done: () => void): void {
    const [head, body] = dataFrame(streamId, payload, fin)
    if (!this.#closed) this.#socket.write(head)
    if (this.#closed || this.#socket.write(body)) done()
    else this.#socket.once('drain', done)
  }

  sendReset(streamId: number): void {
    if (!this.#closed) this.#socket.write(controlFrame(CONTROL.rstStream, uint32(streamId, RST_CANCEL)))
  }

  onRead(stream: SpdyStream): void {
    if (this.#socket.isPaused() && stream.readableLength < MAX_UNREAD_BYTES) this.#socket.resume()
  }

  onClosed(stream: SpdyStream): void {
    this.#streams.delete(stream.id)
    this.#socket.resume()
  }

  /** Ends the connection after what was written so far; streams that are open end with it. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const stream of [...this.#streams.values()]) stream.receiveReset()
    this.#codec.close()
    this.#socket.end()
  }

  #receive(chunk: Buffer): void {
    let frames: Frame[]
    try {
      frames = this.#reader.push(chunk)
    } catch {
      // Not SPDY: nothing that follows can be understood either.
      this.close()
      return
    }
    for (const frame of frames) {
      this.#incoming = this.#incoming.then(() => this.#take(frame)).catch(() => this.close())
    }
  }

  async #take(frame: Frame): Promise<void> {
    if (this.#closed) return
    if (frame.type === 'data') {
      const stream = this.#streams.get(frame.streamId)
      stream?.receive(frame.payload, frame.fin)
      if (stream !== undefined && stream.readableLength > MAX_UNREAD_BYTES) this.#socket.pause()
    } else if (frame.control === CONTROL.synStream) await this.#open(frame.payload, (frame.flags & FLAG_FIN) !== 0)
    else if (frame.control === CONTROL.rstStream) this.#streams.get(frame.payload.readUInt32BE(0))?.receiveReset()
    else if (frame.control === CONTROL.ping) this.#socket.write(controlFrame(CONTROL.ping, frame.payload))
    else if (frame.control === CONTROL.goAway) this.close()
  }

  async #open(payload: Buffer, fin: boolean): Promise<void> {
    const id = payload.readUInt32BE(0) & 0x7fffffff
    const headers = await this.#codec.decode(payload.subarray(10))
    const stream = new SpdyStream(id, headers, this)
    // A client that resets a stream is no failure of ours.
    stream.on('error', () => undefined)
    this.#streams.set(id, stream)
    await this.#reply(id)
    this.#onStream(stream)
    if (fin) stream.receiveEnd()
  }

  #reply(id: number): Promise<void> {
    this.#outgoing = this.#outgoing.then(async () => {
      const block = await this.#codec.encode(new Map())
      if (!this.#closed) this.#socket.write(controlFrame(CONTROL.synReply, Buffer.concat([uint32(id), block])))
    })
    return this.#outgoing
  }
}
