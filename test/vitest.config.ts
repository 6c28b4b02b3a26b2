import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: join(import.meta.dirname, '..'),
    include: ['{shared,electron,renderer,build,test}/**/*.test.ts'],
  },
})
