import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'

const QUIET_MS = 60_000
const KEPT = 1000

interface Line {
  readonly sinceMs: number
  dropped: number
}

/**
 * A logger for what is tried again and again: a warning or error that says the same as one less than a minute ago is
 * dropped, and the next one tells how many were.
 */
export function withoutRepeats(logger: Logger, clock: Pick<Clock, 'monotonicMs'>): Logger {
  return quiet(logger, clock, new Map())
}

function quiet(logger: Logger, clock: Pick<Clock, 'monotonicMs'>, lines: Map<string, Line>): Logger {
  const say = (level: 'warn' | 'error', fields: object, message: string) => {
    const key = `${level} ${message} ${told(fields)}`
    const nowMs = clock.monotonicMs()
    const last = lines.get(key)
    if (last && nowMs - last.sinceMs < QUIET_MS) {
      last.dropped += 1
      return
    }
    lines.delete(key)
    lines.set(key, { sinceMs: nowMs, dropped: 0 })
    if (lines.size > KEPT) lines.delete(lines.keys().next().value as string)
    logger[level](last?.dropped ? { ...fields, dropped: last.dropped } : fields, message)
  }
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => say('warn', fields, message),
    error: (fields, message) => say('error', fields, message),
    child: (fields) => quiet(logger.child(fields), clock, lines),
  }
}

/** What tells one line from another: an error by its message, plain values by themselves. */
function told(fields: object): string {
  return Object.entries(fields)
    .map(([name, value]) => {
      if (value instanceof Error) return `${name}=${value.message}`
      return typeof value === 'object' ? name : `${name}=${value}`
    })
    .join(' ')
}
