import type { KubectlVersion } from '../support/kubectl.ts'

/**
 * One command as typed at a shell, with what it must print (both streams together). The text is compared line by
 * line with runs of blanks taken for one; `…` stands for anything within a line, a line of `⋮` for any lines.
 */
export interface Step {
  readonly run: string
  readonly prints: string | ((version: KubectlVersion) => string)
  /** Exit code; 0 when absent. */
  readonly code?: number
  /** The state comes about in its own time: run again until it is there. */
  readonly soon?: true
}

export function step(run: string, prints: Step['prints'], rest: Pick<Step, 'code' | 'soon'> = {}): Step {
  return { run, prints, ...rest }
}

/** Since 1.33 kubectl says where it deleted something. */
export function deleted(what: string): Step['prints'] {
  return (version) => (version === '1.36.6' ? `${what} deleted from … namespace` : `${what} deleted`)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: older kubectls colour what they print, terminal or not
const COLOUR = /\u001b\[[0-9;]*m/g

/** `script` types a NUL when its own input ends, and the terminal may echo it. */
const ECHOED_NUL = '^@'

export function normalized(text: string): string {
  const lines = text.replaceAll('\r', '').replaceAll(COLOUR, '').replaceAll(ECHOED_NUL, '').split('\n')
  return lines
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '')
    .join('\n')
}

/** The expression that `prints` stands for, on normalized text. */
export function expected(prints: string): RegExp {
  const lines = normalized(prints).split('\n')
  const source = lines.map((line, index) => {
    const end = index === lines.length - 1 ? '' : '\n'
    if (line === '⋮') return end === '' ? '[^]*' : '(?:[^\n]*\n)*?'
    return line.split('…').map(escaped).join('[^\n]*?') + end
  })
  // A gap at the end may be empty together with the line break before it.
  return new RegExp(`^${source.join('').replace(/\n\[\^\]\*$/, '(?:\n[^]*)?')}$`)
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
