import type { ServerResponse } from 'node:http'
import { gzip } from 'node:zlib'
import { stringify } from 'yaml'
import { ApiError } from '../../../../shared/api/status.ts'
import { StoreUnavailable } from '../../store/object-store.ts'
import { newServiceUnavailable } from '../machinery/api-errors.ts'
import type { Accepted } from './negotiate.ts'
import { SteppedWriter, WRITE_BYTES } from './stepped-writer.ts'

/** Above this, Kubernetes compresses answers for clients that ask for it. */
const GZIP_BYTES = 128 * 1024

export interface AnswerOptions {
  readonly accepted: Accepted
  readonly gzip: boolean
  readonly warnings: readonly string[]
}

/** Writes a value as the client wants to read it. */
export function answer(response: ServerResponse, code: number, value: unknown, options: AnswerOptions): void {
  const { accepted } = options
  if (accepted.format === 'yaml') {
    const text = stringify(value, { sortMapEntries: true, lineWidth: 0 })
    send(response, code, 'application/yaml', [Buffer.from(text)], options)
    return
  }
  const text = accepted.pretty ? JSON.stringify(value, undefined, 2) : JSON.stringify(value)
  send(response, code, 'application/json', [Buffer.from(`${text}\n`)], options)
}

/** Writes JSON that is ready, as pieces. */
export function answerBytes(
  response: ServerResponse,
  code: number,
  pieces: readonly Uint8Array[],
  options: AnswerOptions,
): void {
  if (options.accepted.format !== 'yaml' && !options.accepted.pretty) {
    send(response, code, 'application/json', pieces, options)
    return
  }
  answer(response, code, JSON.parse(Buffer.concat(pieces).toString()), options)
}

function send(
  response: ServerResponse,
  code: number,
  contentType: string,
  pieces: readonly Uint8Array[],
  options: AnswerOptions,
): void {
  let length = 0
  for (const piece of pieces) length += piece.length
  const headers: Record<string, string | number | string[]> = {
    'content-type': contentType,
    'cache-control': 'no-cache, private',
    'content-length': length,
  }
  if (options.warnings.length > 0) headers.warning = options.warnings.map((text) => `299 - ${quoteWarning(text)}`)
  if (options.gzip && length > GZIP_BYTES) {
    gzip(Buffer.concat(pieces), { level: 1 }, (error, compressed) => {
      if (error) response.destroy(error)
      else {
        response.writeHead(code, {
          ...headers,
          'content-encoding': 'gzip',
          'content-length': compressed.length,
          vary: 'Accept-Encoding',
        })
        response.end(compressed)
      }
    })
    return
  }
  response.writeHead(code, headers)
  if (length <= WRITE_BYTES) response.end(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, length))
  else void writeInSteps(response, pieces)
}

async function writeInSteps(response: ServerResponse, pieces: readonly Uint8Array[]): Promise<void> {
  const writer = new SteppedWriter(response)
  for (const piece of pieces) {
    const room = writer.write(piece)
    if (room === undefined) continue
    await room
    if (response.destroyed) return
  }
  response.end(writer.rest())
}

export function answerError(response: ServerResponse, error: unknown, options: AnswerOptions): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const failure = asApiError(error)
  const retryAfter = failure.details?.retryAfterSeconds
  if (retryAfter) response.setHeader('retry-after', String(retryAfter))
  answer(response, failure.code, failure.toStatus(), options)
}

/** Anything unexpected is a 500 in Kubernetes' shape. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof StoreUnavailable) return newServiceUnavailable(error.message)
  return new ApiError(
    'InternalError',
    `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
  )
}

/** Header text may hold only printable ASCII: everything else is escaped as Go's %q does, line breaks are spaces. */
function quoteWarning(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', ' ')
  return `"${Buffer.from(escaped, 'utf8').toString('latin1')}"`
}
