import type { IncomingMessage } from 'node:http'
import { newBadRequest, newRequestEntityTooLarge } from '../machinery/api-errors.ts'

/** kube-apiserver's limit of a write request's body. */
const MAX_BODY_BYTES = 3 * 1024 * 1024

/** The whole body; 413 when it is longer than Kubernetes takes. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let bytes = 0
    request.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes <= MAX_BODY_BYTES) pieces.push(piece)
    })
    request.on('error', (error) => reject(newBadRequest(error.message)))
    request.on('aborted', () => reject(newBadRequest('unexpected EOF')))
    request.on('end', () => {
      if (bytes > MAX_BODY_BYTES) reject(newRequestEntityTooLarge(`limit is ${MAX_BODY_BYTES}`))
      else resolve(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces))
    })
  })
}
