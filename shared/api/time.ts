import { goQuote } from './go-text.ts'

/** metav1.Time and metav1.MicroTime as texts: parsed as Go's time package does, written in UTC. */

const RFC3339 = '2006-01-02T15:04:05Z07:00'
const RFC3339_MICRO = '2006-01-02T15:04:05.000000Z07:00'

/** `null` is the zero time. Errors are in Go's words. */
export type ParsedTime = { readonly text: string | null } | { readonly error: string }

/** metav1.Time: seconds, UTC. */
export function parseTime(text: string): ParsedTime {
  return isCanonicalTime(text) ? { text } : parseLayout(text, RFC3339)
}

/** metav1.MicroTime: exactly six digits of a second, UTC. */
export function parseMicroTime(text: string): ParsedTime {
  return parseLayout(text, RFC3339_MICRO)
}

/** "2026-01-02T03:04:05Z" of an ordinary day: the text of nearly every time, accepted without further parsing. */
function isCanonicalTime(text: string): boolean {
  if (text.length !== 20 || text[19] !== 'Z' || text[10] !== 'T') return false
  if (text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':') return false
  const day = number(text, 8, 2)
  return (
    number(text, 0, 4) > 1 &&
    within(number(text, 5, 2), 1, 12) &&
    within(day, 1, 28) &&
    within(number(text, 11, 2), 0, 23) &&
    within(number(text, 14, 2), 0, 59) &&
    within(number(text, 17, 2), 0, 59)
  )
}

function within(value: number, low: number, high: number): boolean {
  return value >= low && value <= high
}

/** The number of `length` digits at `start`, NaN when there are others. */
function number(text: string, start: number, length: number): number {
  let value = 0
  for (let i = start; i < start + length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

const FIELDS = [
  ['year', '2006', 4],
  ['', '-', 0],
  ['month', '01', 2],
  ['', '-', 0],
  ['day', '02', 2],
  ['', 'T', 0],
  ['hour', '15', 2],
  ['', ':', 0],
  ['minute', '04', 2],
  ['', ':', 0],
  ['second', '05', 2],
] as const

class TimeError extends Error {}

/** Walks the layout as time.Parse does, so that errors name the same place. */
function parseLayout(text: string, layout: string): ParsedTime {
  try {
    return { text: walkLayout(text, layout) }
  } catch (error) {
    if (error instanceof TimeError) return { error: error.message }
    throw error
  }
}

function walkLayout(text: string, layout: string): string | null {
  const values: Record<string, number> = {}
  let at = 0
  const fail = (element: string): never => {
    throw new TimeError(
      `parsing time ${goQuote(text)} as ${goQuote(layout)}: cannot parse ${goQuote(text.slice(at))} as ${goQuote(element)}`,
    )
  }
  const outOfRange = (what: string): never => {
    throw new TimeError(`parsing time ${goQuote(text)}: ${what} out of range`)
  }
  const limits: Record<string, number> = { month: 12, hour: 23, minute: 59, second: 59 }
  for (const [name, element, length] of FIELDS) {
    if (length === 0) {
      if (text[at] !== element) fail(element)
      at++
      continue
    }
    const value = number(text, at, length)
    if (Number.isNaN(value)) fail(element)
    at += length
    values[name] = value
    if (value > (limits[name] ?? Number.POSITIVE_INFINITY) || (name === 'month' && value === 0)) outOfRange(name)
  }
  let fraction = ''
  if (layout === RFC3339_MICRO) {
    if (text[at] !== '.' && text[at] !== ',') fail('.000000')
    if (Number.isNaN(number(text, at + 1, 6))) fail('.000000')
    fraction = text.slice(at + 1, at + 7)
    at += 7
  } else if ((text[at] === '.' || text[at] === ',') && !Number.isNaN(number(text, at + 1, 1))) {
    for (at++; !Number.isNaN(number(text, at, 1)); at++) fraction += text[at]
  }
  let offsetMinutes = 0
  if (text[at] === 'Z') at++
  else {
    const zone = text.slice(at, at + 6)
    const hours = number(zone, 1, 2)
    const minutes = number(zone, 4, 2)
    if ((zone[0] !== '+' && zone[0] !== '-') || zone[3] !== ':' || Number.isNaN(hours) || Number.isNaN(minutes))
      fail('Z07:00')
    if (hours > 24) outOfRange('time zone offset hour')
    if (minutes > 60) outOfRange('time zone offset minute')
    offsetMinutes = (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes)
    at += 6
  }
  if (at < text.length) throw new TimeError(`parsing time ${goQuote(text)}: extra text: ${goQuote(text.slice(at))}`)
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = values
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || day === 0) outOfRange('day')
  date.setUTCHours(hour, minute - offsetMinutes, second)
  return write(date, layout, fraction)
}

const ZERO_TIME_MS = Date.parse('0001-01-01T00:00:00Z')

function write(date: Date, layout: string, fraction: string): string | null {
  if (date.getTime() === ZERO_TIME_MS && Number(fraction) === 0) return null
  const seconds = date.toISOString().slice(0, 19)
  return layout === RFC3339_MICRO ? `${seconds}.${fraction}Z` : `${seconds}Z`
}
