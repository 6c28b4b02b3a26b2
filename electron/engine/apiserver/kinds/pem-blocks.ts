export interface PemBlock {
  /** "CERTIFICATE", say. */
  readonly type: string
  /** Between its first and its last line. */
  readonly body: string
  readonly text: string
}

const BEGIN = /-----BEGIN ([^\n-]+)-----\r?\n/g
const DASHES = '-----'
/** Dashes after it may be those before the next one. */
const END = /-----END ([^\n-]+)(?=-----)/g

/** The PEM blocks of a text, in order. Each is read once, however many beginnings have no end. */
export function pemBlocks(bytes: Uint8Array): PemBlock[] {
  const text = Buffer.from(bytes).toString('latin1')
  const ends = endsByType(text)
  const blocks: PemBlock[] = []
  let from = 0
  for (const { 0: header, 1: type = '', index } of text.matchAll(BEGIN)) {
    if (index < from) continue
    const start = index + header.length
    const own = ends.get(type)
    while (own && (own.positions[own.next] ?? start) < start) own.next++
    const end = own?.positions[own.next]
    if (end === undefined) continue
    from = end + `${DASHES}END ${type}${DASHES}`.length
    blocks.push({ type, body: text.slice(start, end), text: text.slice(index, from) })
  }
  return blocks
}

interface Ends {
  readonly positions: number[]
  /** The first one that may still be that of a block. */
  next: number
}

function endsByType(text: string): ReadonlyMap<string, Ends> {
  const ends = new Map<string, Ends>()
  for (const { 1: type = '', index } of text.matchAll(END)) {
    const own = ends.get(type)
    if (own) own.positions.push(index)
    else ends.set(type, { positions: [index], next: 0 })
  }
  return ends
}
