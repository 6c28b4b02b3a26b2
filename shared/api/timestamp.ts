/** `metav1.Time`: RFC 3339 in UTC with whole seconds. */
export function timestamp(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`
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
