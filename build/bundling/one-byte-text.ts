import type { Plugin } from 'vite'

/**
 * Writes characters beyond Latin-1 as escapes: V8 keeps a file that has a single one of them, comments included, with
 * two bytes for each character, for as long as the process runs.
 */
export function oneByteText(): Plugin {
  return {
    name: 'slipway:one-byte-text',
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === 'chunk') chunk.code = escaped(chunk.code)
      }
    },
  }
}

/** The same program: such characters stand in strings, templates, regular expressions and comments only. */
export function escaped(code: string): string {
  return code.replace(/[\u0100-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
