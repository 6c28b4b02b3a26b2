export interface AnsiRun {
  readonly text: string
  /** Classes: "a-red a-bold"; "" is plain. */
  readonly style: string
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
const ESCAPE = String.fromCharCode(27)
const SEQUENCE = new RegExp(`${ESCAPE}\\[([0-9;]*)([A-Za-z])`, 'g')

/** A line's text without escape sequences: what is searched and copied. */
export function plainText(line: string): string {
  return line.includes(ESCAPE) ? line.replace(SEQUENCE, '') : line
}

/** The runs of one style of a line with SGR escapes; other sequences are dropped. */
export function ansiRuns(line: string): readonly AnsiRun[] {
  if (!line.includes(ESCAPE)) return [{ text: line, style: '' }]
  const runs: AnsiRun[] = []
  const style = { colour: '', bold: false, dim: false }
  let at = 0
  const push = (text: string) => {
    if (text === '') return
    const classes = [style.colour, style.bold ? 'a-bold' : '', style.dim ? 'a-dim' : '']
    runs.push({ text, style: classes.filter(Boolean).join(' ') })
  }
  for (const match of line.matchAll(SEQUENCE)) {
    push(line.slice(at, match.index))
    at = match.index + match[0].length
    if (match[2] === 'm') applyCodes(style, (match[1] || '0').split(';').map(Number))
  }
  push(line.slice(at))
  return runs
}

function applyCodes(style: { colour: string; bold: boolean; dim: boolean }, codes: readonly number[]): void {
  for (const code of codes) {
    if (code === 0) Object.assign(style, { colour: '', bold: false, dim: false })
    else if (code === 1) style.bold = true
    else if (code === 2) style.dim = true
    else if (code === 22) Object.assign(style, { bold: false, dim: false })
    else if (code === 39) style.colour = ''
    else if (code >= 30 && code <= 37) style.colour = `a-${COLOURS[code - 30]}`
    else if (code >= 90 && code <= 97) style.colour = `a-${COLOURS[code - 90]}`
    // 256 and true colours carry their own numbers, which are no codes: the rest is left alone.
    else if (code === 38 || code === 48) return
  }
}
