import { existsSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import type { Plugin } from 'vite'

const REFERENCE = /new URL\(\s*'(\.{1,2}\/[^']+)',\s*import\.meta\.url,?\s*\)/g

/**
 * Follows `new URL('./file', import.meta.url)`, which runs as it is from the sources, into the bundle: a TypeScript file
 * (a worker thread's) becomes an entry of its own, any other file is copied beside it.
 */
export function referencedFiles(): Plugin {
  return {
    name: 'slipway:referenced-files',
    async transform(code, id) {
      if (!id.endsWith('.ts') || !code.includes('import.meta.url')) return null
      let result = code
      for (const [expression, relative = ''] of code.matchAll(REFERENCE)) {
        const path = join(dirname(id), relative)
        if (extname(path) !== '.ts' || !existsSync(path)) continue
        const reference = this.emitFile({ type: 'chunk', id: path, name: `engine/${basename(path, '.ts')}` })
        result = result.replace(expression, `new URL(import.meta.ROLLUP_FILE_URL_${reference})`)
      }
      return result === code ? null : { code: result, map: null }
    },
  }
}
