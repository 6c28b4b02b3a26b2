import type { EventEmitter } from 'node:events'
import { type Disposable, toDisposable } from '../../shared/lang/disposable.ts'
import type { Logger } from '../../shared/lang/logger.ts'

/** Ends of connections that nobody listened for: they concern that connection alone. */
const CONNECTION_CODES: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ENOTCONN',
  'ETIMEDOUT',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_WRITE_AFTER_END',
])

/**
 * What happens to errors that nobody caught.
 * - A rejected promise or a broken connection is logged, and the engine goes on: one bad event is not its end.
 * - Any other exception is a bug that may have left anything half done: it is logged and `onBug` called, once, so that
 *   the engine ends in order. Containers run on, and the next start finds them.
 */
export function guardProcess(process: EventEmitter, logger: Logger, onBug: () => void): Disposable {
  let ending = false
  const rejected = (reason: unknown) => logger.error({ err: asError(reason) }, 'a failure was not handled')
  const thrown = (thing: unknown) => {
    const error = asError(thing)
    if (CONNECTION_CODES.has((error as NodeJS.ErrnoException).code ?? '')) {
      logger.error({ err: error }, 'the end of a connection was not handled')
      return
    }
    logger.error({ err: error }, 'a bug in Slipway: the engine ends, pods keep running')
    if (ending) return
    ending = true
    onBug()
  }
  process.on('unhandledRejection', rejected)
  process.on('uncaughtException', thrown)
  return toDisposable(() => {
    process.off('unhandledRejection', rejected)
    process.off('uncaughtException', thrown)
  })
}

function asError(thing: unknown): Error {
  return thing instanceof Error ? thing : new Error(String(thing))
}
