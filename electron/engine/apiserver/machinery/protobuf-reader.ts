/** A walk over the fields of one protobuf message. Truncated or malformed input throws `ProtobufError`. */
export class ProtobufError extends Error {}

export class ProtobufReader {
  /** Of the field that `next` came to. */
  field = 0
  wire = 0
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  next(): boolean {
    if (this.#at >= this.#bytes.length) return false
    const tag = this.#small()
    this.field = tag >>> 3
    this.wire = tag & 7
    if (this.field === 0) throw new ProtobufError('proto: illegal tag 0')
    return true
  }

  /** A varint as a signed 64-bit integer; beyond 2^53 it is rounded. */
  int(): number {
    if (this.wire !== 0) throw this.#wrongWire()
    let low = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte()
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) return low
    }
    let value = BigInt(low)
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number(BigInt.asIntN(64, value))
    }
    throw new ProtobufError('proto: integer overflow')
  }

  double(): number {
    if (this.wire !== 1) throw this.#wrongWire()
    return this.#take(8).readDoubleLE()
  }

  bytes(): Buffer {
    if (this.wire !== 2) throw this.#wrongWire()
    return this.#take(this.#small())
  }

  text(): string {
    return this.bytes().toString('utf8')
  }

  skip(): void {
    if (this.wire === 0) this.int()
    else if (this.wire === 1) this.#take(8)
    else if (this.wire === 2) this.bytes()
    else if (this.wire === 5) this.#take(4)
    else throw this.#wrongWire()
  }

  #small(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new ProtobufError('proto: integer overflow')
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new ProtobufError('unexpected EOF')
    return byte
  }

  #take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new ProtobufError('unexpected EOF')
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }

  #wrongWire(): ProtobufError {
    return new ProtobufError(`proto: wrong wireType = ${this.wire} for field ${this.field}`)
  }
}
