import type { IncomingMessage } from 'node:http'

/** Headers that are added to what the client sent: who asked, and how. */
export type AddedHeaders = readonly (readonly [name: string, value: string])[]

/** Of one connection, not of the message. */
const HOP_BY_HOP: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection'])

/** Without what belongs to the connection that they came on. */
export function endToEnd(rawHeaders: readonly string[]): string[] {
  return without(rawHeaders, HOP_BY_HOP)
}

/** The head of a request as it is sent on; an added header replaces what the client sent under its name. */
export function requestHead(
  { method = 'GET', url = '/', rawHeaders }: Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'>,
  added: AddedHeaders,
  connection: 'kept' | 'as it came',
): string {
  const replaced = new Set(added.map(([name]) => name.toLowerCase()))
  const dropped = new Set([...replaced, ...(connection === 'kept' ? HOP_BY_HOP : [])])
  return messageHead(`${method} ${url} HTTP/1.1`, [...without(rawHeaders, dropped), ...added.flat()])
}

export function messageHead(firstLine: string, rawHeaders: readonly string[]): string {
  let head = `${firstLine}\r\n`
  for (let index = 0; index < rawHeaders.length; index += 2)
    head += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`
  return `${head}\r\n`
}

export function without(rawHeaders: readonly string[], dropped: ReadonlySet<string>): string[] {
  const left: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    if (!dropped.has(name.toLowerCase())) left.push(name, rawHeaders[index + 1] as string)
  }
  return left
}
