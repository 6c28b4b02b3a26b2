import type { IncomingMessage, ServerResponse } from 'node:http'
import type { User } from '../auth/authorizer.ts'
import type { AnswerOptions } from './answer.ts'
import type { Accepted } from './negotiate.ts'

/** One request and its answer under way, after authentication. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly user: User
  /** "GET", "POST", ... */
  readonly method: string
  /** As sent, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly accepted: Accepted
  readonly answers: Pick<AnswerOptions, 'gzip' | 'warnings'>
  readonly warnings: string[]
}
