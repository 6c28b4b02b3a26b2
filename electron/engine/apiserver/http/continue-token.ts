import { posix } from 'node:path'
import type { ApiError } from '../../../../shared/api/status.ts'
import { newBadRequest } from '../machinery/api-errors.ts'

/** Where a paged list goes on: after `start` (a store key with a zero byte), at one retained revision. */
export interface ContinueToken {
  /** -1: at the newest revision, however inconsistent that makes the pages. */
  readonly revision: number
  readonly start: string
}

const VERSION = 'meta.k8s.io/v1'

export function encodeContinue(token: ContinueToken): string {
  const json = JSON.stringify({ v: VERSION, rv: token.revision, start: token.start })
  return Buffer.from(json).toString('base64url')
}

export function decodeContinue(text: string): ContinueToken {
  const fields = parse(text)
  if (fields.v !== VERSION) throw fail(` server does not recognize this encoded version ${fields.v ?? ''}`)
  if (!fields.rv) throw fail(` incorrect encoded start resourceVersion (version ${VERSION})`)
  if (!fields.start) throw fail(` encoded start key empty (version ${VERSION})`)
  const key = fields.start.startsWith('/') ? fields.start : `/${fields.start}`
  if (posix.normalize(key) !== key) throw fail(` ${fields.start}`)
  return { revision: fields.rv, start: key.slice(1) }
}

function parse(text: string): { v?: string; rv?: number; start?: string } {
  const bad = /[^A-Za-z0-9_-]/.exec(text)
  if (bad) throw fail(` illegal base64 data at input byte ${bad.index}`)
  if (text.length % 4 === 1) throw fail(` illegal base64 data at input byte ${text.length - 1}`)
  const json = Buffer.from(text, 'base64url').toString()
  try {
    return JSON.parse(json) as { v?: string; rv?: number; start?: string }
  } catch {
    const first = json[0] ?? ''
    throw fail(` invalid character ${JSON.stringify(first).replaceAll('"', "'")} looking for beginning of value`)
  }
}

function fail(why: string): ApiError {
  return newBadRequest(`invalid continue token: continue key is not valid:${why}`)
}
