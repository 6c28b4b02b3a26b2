import { existsSync } from 'node:fs'
import { basename, dirname, extname, join, posix } from 'node:path'
import type { Plugin } from 'vite'

const REFERENCE = /new URL\(\s*'(\.{1,2}\/[^']+)',\s*import\.meta\.url,?\s*\)/g
const PLACEHOLDER = /bundled-file:([\w$]+)/g

/**
 * Follows `new URL('./file.ts', import.meta.url)`, which runs as it is from the sources, into the bundle: the TypeScript
 * file (a worker thread's) becomes an entry of its own, and the URL that of its bundle.
 */
export function referencedFiles(): Plugin {
  return {
    name: 'slipway:referenced-files',
    // Before the types are stripped: the sources are known to be formatted one way.
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('.ts')) return null
      let result = code
      for (const [expression, relative = ''] of code.matchAll(REFERENCE)) {
        const path = join(dirname(id), relative)
        if (extname(path) !== '.ts' || !existsSync(path)) continue
        const reference = this.emitFile({ type: 'chunk', id: path, name: basename(path, '.ts') })
        result = result.replace(expression, `new URL('bundled-file:${reference}', import.meta.url)`)
      }
      return result === code ? null : { code: result, map: null }
    },
    // Only now do the files have their names.
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue
        const folder = posix.dirname(chunk.fileName)
        chunk.code = chunk.code.replace(PLACEHOLDER, (_match, reference: string) => {
          const relative = posix.relative(folder, this.getFileName(reference))
          return relative.startsWith('.') ? relative : `./${relative}`
        })
      }
    },
  }
}
