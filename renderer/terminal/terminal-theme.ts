import type { ITheme } from '@xterm/xterm'

/** The terminal's colours, from the page's design tokens. */
export function terminalTheme(): ITheme {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    background: token('terminal'),
    foreground: token('text'),
    cursor: token('accent'),
    cursorAccent: token('terminal'),
    selectionBackground: token('selection'),
    black: token('ansi-black'),
    red: token('ansi-red'),
    green: token('ansi-green'),
    yellow: token('ansi-yellow'),
    blue: token('ansi-blue'),
    magenta: token('ansi-magenta'),
    cyan: token('ansi-cyan'),
    white: token('ansi-white'),
    brightBlack: token('faint'),
    brightRed: token('ansi-red'),
    brightGreen: token('ansi-green'),
    brightYellow: token('ansi-yellow'),
    brightBlue: token('ansi-blue'),
    brightMagenta: token('ansi-magenta'),
    brightCyan: token('ansi-cyan'),
    brightWhite: token('text'),
  }
}
