/** Encodes netlink messages; the machines of container engines are little-endian. */

export type Attribute = readonly [type: number, value: Buffer]

export const requestFlag = 0x01
export const acknowledgeFlag = 0x04
export const createFlag = 0x400
const nestedFlag = 0x8000

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}

/** In network order, as nf_tables wants its numbers. */
export function be32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

export function text(value: string): Buffer {
  return Buffer.from(`${value}\0`)
}

export function attributes(...list: readonly Attribute[]): Buffer {
  return Buffer.concat(
    list.map(([type, value]) => {
      const header = Buffer.alloc(4)
      header.writeUInt16LE(4 + value.length, 0)
      header.writeUInt16LE(type, 2)
      return Buffer.concat([header, value, Buffer.alloc(-value.length & 3)])
    }),
  )
}

export function nested(type: number, ...list: readonly Attribute[]): Attribute {
  return [type | nestedFlag, attributes(...list)]
}

/** A request that makes something, and is to be acknowledged. */
export function createMessage(type: number, body: Buffer): Buffer {
  return message(type, requestFlag | acknowledgeFlag | createFlag, body)
}

export function message(type: number, flags: number, body: Buffer): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt32LE(16 + body.length, 0)
  header.writeUInt16LE(type, 4)
  header.writeUInt16LE(flags, 6)
  return Buffer.concat([header, body, Buffer.alloc(-body.length & 3)])
}
