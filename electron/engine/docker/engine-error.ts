import { RuntimeError, type RuntimeErrorReason } from '../kubelet/pod-runtime.ts'

/** The engine answered with a failure: its status and its own text. */
export class EngineError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'EngineError'
    this.status = status
  }
}

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'EACCES',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
])

/** Turns what a request failed with into an EngineError or a RuntimeError EngineUnavailable. */
export function requestFailure(cause: unknown): Error {
  if (!(cause instanceof Error)) return new Error(String(cause))
  const failure = cause as Error & { statusCode?: number; json?: unknown; code?: string }
  if (failure.statusCode !== undefined) return new EngineError(failure.statusCode, engineText(failure))
  if (failure.code !== undefined && networkCodes.has(failure.code)) {
    return new RuntimeError('EngineUnavailable', `the Docker engine cannot be reached: ${failure.message}`)
  }
  return failure
}

function engineText(failure: Error & { json?: unknown }): string {
  const body = failure.json
  if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message)
  return failure.message.replace(/^\(HTTP code \d+\) .*? - /, '').trim()
}

export function isStatus(error: unknown, ...statuses: number[]): boolean {
  return error instanceof EngineError && statuses.includes(error.status)
}

/** Runs a call for which "no such thing" (404) and "already so" (304) are success. */
export async function ignoring(statuses: readonly number[], call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!isStatus(error, ...statuses)) throw error
  }
}

/** An engine's failure sorted as `reason`, unless it says that the engine or the object is away. */
export function runtimeFailure(error: unknown, reason: RuntimeErrorReason, exitCode?: number): Error {
  if (!(error instanceof EngineError)) return error instanceof Error ? error : new Error(String(error))
  return new RuntimeError(reason, error.message, exitCode)
}

/** A create call refused: bad image name, missing image, or a spec that the engine does not take. */
export function createFailure(error: unknown): Error {
  if (isStatus(error, 400) && error instanceof Error && /invalid reference format/i.test(error.message)) {
    return runtimeFailure(error, 'InvalidImageName')
  }
  return runtimeFailure(error, 'CreateContainerError')
}
