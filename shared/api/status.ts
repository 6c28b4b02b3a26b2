import type { Status, StatusCause, StatusDetails } from './types/meta-v1.ts'

/** The `metav1.StatusReason` values the server answers with, and the HTTP code of each. */
export const STATUS_CODES = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  Conflict: 409,
  AlreadyExists: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
  ServerTimeout: 500,
} as const

export type StatusReason = keyof typeof STATUS_CODES

/** A failure that the API answers as a `Status` object: every expected API failure in the engine is one of these. */
export class ApiError extends Error {
  readonly code: number
  readonly reason: StatusReason | ''
  readonly details: StatusDetails | undefined

  constructor(reason: StatusReason | '', message: string, options: { code?: number; details?: StatusDetails } = {}) {
    super(message)
    this.name = 'ApiError'
    this.reason = reason
    this.code = options.code ?? (reason === '' ? 500 : STATUS_CODES[reason])
    this.details = options.details
  }

  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason ? { reason: this.reason } : {}),
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    }
  }
}

export type { StatusCause }

export function isApiError(error: unknown, reason?: StatusReason): error is ApiError {
  return error instanceof ApiError && (reason === undefined || error.reason === reason)
}

/** For `catch`: what should be deleted or changed is gone already, which is as good. */
export function ignoreNotFound(error: unknown): undefined {
  if (!isApiError(error, 'NotFound')) throw error
  return undefined
}
