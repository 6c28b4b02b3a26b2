export interface ResponseHead {
  readonly status: number
  readonly message: string
  /** Names and values by turns, as they came. */
  readonly rawHeaders: readonly string[]
}

/** What a response comes to, in this order; `informed` before `head`, any number of times. */
export interface ResponseSink {
  /** An answer before the answer: 100 Continue, 103 Early Hints. */
  informed(status: number): void
  head(head: ResponseHead): void
  data(chunk: Buffer): void
  end(trailers: readonly string[]): void
}

type State = 'head' | 'fixed' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailers' | 'until-close' | 'done'

const EMPTY: Buffer = Buffer.alloc(0)
const MAX_HEAD_BYTES = 64 * 1024
const SWITCHING_PROTOCOLS = 101

/**
 * Reads one HTTP/1 response, as RFC 9112 frames it.
 * - Strict: what could be read in two ways is an error, so that a kept connection never mixes up two responses.
 * - After 101 all bytes are data: they belong to another protocol.
 */
export class ResponseReader {
  readonly #method: string
  readonly #sink: ResponseSink
  #state: State = 'head'
  #pending: Buffer = EMPTY
  /** Of the body or chunk. */
  #bytesLeft = 0
  #trailers: string[] = []
  #isReusable = true
  #hasStarted = false

  constructor(method: string, sink: ResponseSink) {
    this.#method = method
    this.#sink = sink
  }

  /** Some byte of an answer has come. */
  get hasStarted(): boolean {
    return this.#hasStarted
  }

  /** The response is over and its connection may carry another request. */
  get isReusable(): boolean {
    return this.#isDone && this.#isReusable
  }

  get #isDone(): boolean {
    return this.#state === 'done'
  }

  /** Throws for what is no response. */
  read(chunk: Buffer): void {
    this.#hasStarted = true
    if (this.#isDone) {
      this.#isReusable = false
      return
    }
    let rest = this.#pending.length > 0 ? Buffer.concat([this.#pending, chunk]) : chunk
    this.#pending = EMPTY
    while (rest.length > 0 && !this.#isDone) {
      const used = this.#step(rest)
      if (used === 0) {
        if (rest.length > MAX_HEAD_BYTES) throw new Error('its head is too long')
        this.#pending = rest
        return
      }
      rest = rest.subarray(used)
    }
    if (!this.#isDone) return
    if (rest.length > 0) this.#isReusable = false
    this.#sink.end(this.#trailers)
  }

  /** The connection has ended. Throws when the response has not. */
  ended(): void {
    if (this.#isDone) return
    if (this.#state !== 'until-close') throw new Error('socket hang up')
    this.#state = 'done'
    this.#isReusable = false
    this.#sink.end([])
  }

  /** Bytes that were used; 0: more are needed. */
  #step(rest: Buffer): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(rest)
      case 'chunk-size':
        return this.#readChunkSize(rest)
      case 'chunk-end':
        return this.#readChunkEnd(rest)
      case 'trailers':
        return this.#readTrailer(rest)
      case 'until-close':
        this.#sink.data(rest)
        return rest.length
      default:
        return this.#readData(rest)
    }
  }

  #readHead(rest: Buffer): number {
    const end = rest.indexOf('\r\n\r\n')
    if (end === -1) return 0
    const [first = '', ...lines] = rest.toString('latin1', 0, end).split('\r\n')
    const [, minor, code, message = ''] =
      /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/.exec(first) ?? []
    if (code === undefined) throw new Error('it does not begin as HTTP/1 does')
    const status = Number(code)
    const rawHeaders = lines.flatMap(parseHeader)
    if (status < 200 && status !== SWITCHING_PROTOCOLS) {
      this.#sink.informed(status)
    } else {
      const framing = framingOf(rawHeaders)
      if (minor === '0' || framing.closes) this.#isReusable = false
      this.#expectBody(status, framing)
      this.#sink.head({ status, message, rawHeaders })
    }
    return end + 4
  }

  #expectBody(status: number, { isChunked, length }: Framing): void {
    if (this.#method === 'HEAD' || status === 204 || status === 304) {
      this.#state = 'done'
    } else if (status === SWITCHING_PROTOCOLS || (!isChunked && length === undefined)) {
      this.#state = 'until-close'
      this.#isReusable = false
    } else if (isChunked) {
      this.#state = 'chunk-size'
    } else {
      this.#bytesLeft = length ?? 0
      this.#state = this.#bytesLeft === 0 ? 'done' : 'fixed'
    }
  }

  #readData(rest: Buffer): number {
    const data = rest.subarray(0, this.#bytesLeft)
    this.#bytesLeft -= data.length
    if (this.#bytesLeft === 0) this.#state = this.#state === 'fixed' ? 'done' : 'chunk-end'
    this.#sink.data(data)
    return data.length
  }

  #readChunkSize(rest: Buffer): number {
    const line = lineOf(rest)
    if (line === undefined) return 0
    const [, size] = /^([0-9a-f]{1,12})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i.exec(line) ?? []
    if (size === undefined) throw new Error('it has a chunk without a size')
    this.#bytesLeft = Number.parseInt(size, 16)
    this.#state = this.#bytesLeft === 0 ? 'trailers' : 'chunk'
    return line.length + 2
  }

  #readChunkEnd(rest: Buffer): number {
    if (rest.length < 2) return 0
    if (rest[0] !== 0x0d || rest[1] !== 0x0a) throw new Error('it has a chunk that is longer than its size')
    this.#state = 'chunk-size'
    return 2
  }

  #readTrailer(rest: Buffer): number {
    const line = lineOf(rest)
    if (line === undefined) return 0
    if (line === '') this.#state = 'done'
    else this.#trailers.push(...parseHeader(line))
    return line.length + 2
  }
}

function lineOf(rest: Buffer): string | undefined {
  const end = rest.indexOf('\r\n')
  return end === -1 ? undefined : rest.toString('latin1', 0, end)
}

function parseHeader(line: string): [name: string, value: string] {
  const [, name, value] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t\x20-\x7e\x80-\xff]*)$/.exec(line) ?? []
  if (name === undefined || value === undefined) throw new Error('it has a header that is none')
  return [name, value.trim()]
}

interface Framing {
  readonly isChunked: boolean
  readonly length: number | undefined
  readonly closes: boolean
}

function framingOf(rawHeaders: readonly string[]): Framing {
  let [isChunked, closes] = [false, false]
  let length: number | undefined
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const value = rawHeaders[index + 1] as string
    switch (rawHeaders[index]?.toLowerCase()) {
      case 'connection':
        closes ||= /(?:^|,)\s*close\s*(?:,|$)/i.test(value)
        break
      case 'transfer-encoding':
        if (isChunked || !/(?:^|,)\s*chunked$/i.test(value)) throw new Error('it has an unknown transfer encoding')
        isChunked = true
        break
      case 'content-length':
        if (length !== undefined || !/^\d{1,15}$/.test(value)) throw new Error('its length is not one number')
        length = Number(value)
        break
    }
  }
  if (isChunked && length !== undefined) throw new Error('it has two lengths')
  return { isChunked, length, closes }
}
