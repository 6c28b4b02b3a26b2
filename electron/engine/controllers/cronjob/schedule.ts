import { Cron } from 'croner'
import { parseDuration } from '../../../../shared/api/duration.ts'

/** When a CronJob runs. Times are milliseconds since 1970. */
export interface Schedule {
  /** The first time after `after`; undefined when there is none. */
  next(after: number): number | undefined
  /** Of an `@every` schedule, whose times count from the one before. */
  readonly everyMs?: number
}

/** More missed times than this are not counted, and told of as a problem (the CronJob controller's limit). */
const TOO_MANY_MISSED = 100
const HOUR_MS = 3_600_000

/** Throws for a schedule or time zone that is not understood. Without a time zone, it is that of the machine's UTC. */
export function parseSchedule(text: string, timeZone: string | undefined): Schedule {
  const prefixed = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(text)
  const pattern = prefixed?.[2] ?? text
  const every = /^@every (.+)$/.exec(pattern)?.[1]
  if (every !== undefined) return interval(every)
  const cron = new Cron(pattern.replaceAll('?', '*'), {
    paused: true,
    timezone: prefixed?.[1] ?? timeZone ?? 'Etc/UTC',
  })
  return { next: (after) => cron.nextRun(new Date(after))?.getTime() }
}

function interval(text: string): Schedule {
  const parsed = parseDuration(text)
  if (typeof parsed !== 'bigint') throw new Error(parsed.error)
  const everyMs = Math.max(1000, Math.floor(Number(parsed / 1_000_000n) / 1000) * 1000)
  return { next: (after) => wholeSecond(after) + everyMs, everyMs }
}

function wholeSecond(at: number): number {
  return Math.floor(at / 1000) * 1000
}

export interface MissedTimes {
  /** The last scheduled time that has come; undefined when none has. */
  readonly last: number | undefined
  readonly tooMany: boolean
}

/** What was due after `earliest` and up to `now`. Looks back from now in growing steps: years of sleep cost little. */
export function missedTimes(schedule: Schedule, earliest: number, now: number): MissedTimes {
  if (schedule.everyMs !== undefined) return missedIntervals(schedule.everyMs, wholeSecond(earliest), now)
  let count = 0
  for (let at = schedule.next(earliest); at !== undefined && at <= now && count <= TOO_MANY_MISSED; count++) {
    at = schedule.next(at)
  }
  if (count === 0) return { last: undefined, tooMany: false }
  for (let backMs = HOUR_MS; ; backMs *= 8) {
    const last = lastWithin(schedule, Math.max(earliest, now - backMs), now)
    if (last !== undefined) return { last, tooMany: count > TOO_MANY_MISSED }
    if (now - backMs <= earliest) return { last: undefined, tooMany: false }
  }
}

function missedIntervals(everyMs: number, earliest: number, now: number): MissedTimes {
  const count = Math.floor((now - earliest) / everyMs)
  if (count < 1) return { last: undefined, tooMany: false }
  return { last: earliest + count * everyMs, tooMany: count > TOO_MANY_MISSED }
}

function lastWithin(schedule: Schedule, after: number, now: number): number | undefined {
  let last: number | undefined
  for (let at = schedule.next(after); at !== undefined && at <= now; at = schedule.next(at)) last = at
  return last
}
