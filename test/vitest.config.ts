import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const MINUTE = 60_000
/** The interface on an engine that is only played: a browser is all that it needs. */
const MOCKED = ['test/e2e/interface-{screens,behaviour}.test.ts']

export default defineConfig({
  test: {
    root: join(import.meta.dirname, '..'),
    // `unit` needs nothing but this checkout and runs in parallel; `engine` shares one Docker engine, a file at a time.
    // `relay` runs what goes through the network once more, with every connection into the cluster through the relay.
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            '{shared,electron,renderer,build}/**/*.test.{ts,tsx}',
            'test/{bench,conformance,unit,support}/**/*.test.ts',
          ],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'engine',
          include: ['test/{docker,integration,kubectl,e2e}/**/*.test.ts'],
          exclude: MOCKED,
          testTimeout: 3 * MINUTE,
          hookTimeout: 5 * MINUTE,
        },
      },
      {
        extends: true,
        test: { name: 'interface', include: MOCKED, testTimeout: 3 * MINUTE, hookTimeout: 5 * MINUTE },
      },
      {
        extends: true,
        test: {
          name: 'relay',
          include: ['test/integration/{self-healing,zero-downtime}.test.ts'],
          env: { SLIPWAY_FORCE_RELAY: '1', SLIPWAY_TEST_LOAD_SECONDS: '75' },
          testTimeout: 3 * MINUTE,
          hookTimeout: 5 * MINUTE,
        },
      },
    ],
  },
})
