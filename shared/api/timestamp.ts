/** `metav1.Time`: RFC 3339 in UTC with whole seconds. */
export function timestamp(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`
}

/** RFC 3339 with the offset of a time zone, "Z" where it is none: "2026-01-01T09:00:00+09:00". Throws for an unknown zone. */
export function zonedTimestamp(epochMs: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
  const name = format.formatToParts(epochMs).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(name) ?? []
  const offsetMinutes = sign === undefined ? 0 : Number(hours) * 60 + Number(minutes)
  if (offsetMinutes === 0) return timestamp(epochMs)
  const local = epochMs + (sign === '-' ? -1 : 1) * offsetMinutes * 60_000
  return `${timestamp(local).slice(0, -1)}${sign}${hours}:${minutes}`
}

/** `metav1.MicroTime`: RFC 3339 in UTC with six decimals. */
export function microTimestamp(epochMs: number): string {
  const whole = Math.floor(epochMs)
  const micros = Math.floor((epochMs - whole) * 1000)
  return `${new Date(whole).toISOString().slice(0, 23)}${String(micros).padStart(3, '0')}Z`
}

/** Milliseconds since the epoch of a `Time` or `MicroTime`; undefined when it is absent or no time. */
export function parseTimestamp(text: string | null | undefined): number | undefined {
  if (!text) return undefined
  const epochMs = Date.parse(text)
  return Number.isNaN(epochMs) ? undefined : epochMs
}
