export interface LogLine {
  /** Grows by one per line, for ever: the line's identity. */
  readonly number: number
  /** RFC 3339; "" where the line had none. */
  readonly time: string
  readonly text: string
}

/** How many lines a tab keeps; the oldest go first. */
export const MAX_LINES = 50_000

/**
 * Turns chunks of a log with timestamps into lines.
 * - Bounded: keeps the last `MAX_LINES`.
 * - Gapless over reconnects: a repeated stream's lines up to the last known moment are skipped.
 */
export class LogBuffer {
  #lines: LogLine[] = []
  #rest = ''
  #nextNumber = 0
  /** Lines of a new stream up to this time are known already. */
  #knownUntil = ''

  get lines(): readonly LogLine[] {
    return this.#lines
  }

  append(chunk: string): void {
    const parts = (this.#rest + chunk).split('\n')
    this.#rest = parts.pop() ?? ''
    const added = parts.flatMap((part) => this.#line(part))
    if (added.length === 0) return
    this.#lines = [...this.#lines, ...added].slice(-MAX_LINES)
  }

  /** Called before the same log is read again from an earlier point. */
  beginAgain(): void {
    this.#rest = ''
    this.#knownUntil = this.#lines.at(-1)?.time ?? ''
  }

  clear(): void {
    this.#lines = []
  }

  #line(part: string): LogLine[] {
    const space = part.indexOf(' ')
    const stamp = space < 0 ? part : part.slice(0, space)
    const hasTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(stamp)
    const time = hasTime ? stamp : ''
    if (this.#knownUntil !== '' && time !== '' && time <= this.#knownUntil) return []
    const text = hasTime ? (space < 0 ? '' : part.slice(space + 1)) : part
    const number = this.#nextNumber
    this.#nextNumber += 1
    return [{ number, time, text: text.replace(/\r$/, '') }]
  }
}

/** Indexes of the lines that contain the words, whatever their case. */
export function findLines(lines: readonly LogLine[], query: string, plain: (text: string) => string): number[] {
  if (query === '') return []
  const wanted = query.toLowerCase()
  return lines.flatMap(({ text }, index) => (plain(text).toLowerCase().includes(wanted) ? [index] : []))
}
