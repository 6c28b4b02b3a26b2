import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const MINUTE = 60_000

export default defineConfig({
  test: {
    root: join(import.meta.dirname, '..'),
    // `unit` needs nothing but this checkout and runs in parallel; `engine` shares one Docker engine, a file at a time.
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            '{shared,electron,renderer,build}/**/*.test.{ts,tsx}',
            'test/{conformance,unit,support}/**/*.test.ts',
          ],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'engine',
          include: ['test/{docker,integration,kubectl,e2e}/**/*.test.ts'],
          testTimeout: 3 * MINUTE,
          hookTimeout: 5 * MINUTE,
        },
      },
    ],
  },
})
