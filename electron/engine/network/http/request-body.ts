import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { messageHead } from './headers.ts'

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/**
 * Sends the body on in the framing of its head, at the pace at which the pod takes it. Calls `sent` at its end, which
 * does not come when the client leaves before.
 */
export function sendBody(incoming: IncomingMessage, stream: Duplex, sent: () => void): void {
  // Node's parser lets no other encoding be the last.
  const isChunked = incoming.headers['transfer-encoding'] !== undefined
  const write = (chunk: Buffer): boolean => {
    if (!isChunked) return stream.write(chunk)
    stream.write(`${chunk.length.toString(16)}\r\n`)
    stream.write(chunk)
    return stream.write('\r\n')
  }
  const resume = () => incoming.resume()
  stream.on('drain', resume)
  incoming.on('data', (chunk: Buffer) => {
    if (stream.writable && !write(chunk)) incoming.pause()
  })
  // What is left goes nowhere, but the client's next request stands behind it.
  stream.once('close', resume)
  incoming.once('end', () => {
    stream.off('drain', resume)
    stream.off('close', resume)
    if (isChunked && stream.writable) stream.write(messageHead('0', incoming.rawTrailers), 'latin1')
    sent()
  })
}
