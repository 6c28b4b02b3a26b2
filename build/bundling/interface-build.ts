import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import type { InlineConfig } from 'vite'

/** Chromium of the oldest Electron that runs the interface: the smoke test's. Users' are newer. */
const OLDEST_BROWSER = 'chrome108'

/** How the interface is bundled: relative addresses, so that it works from a file and from a server. */
export function interfaceBuild(root: string, outDir: string): InlineConfig {
  return {
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    root: join(root, 'renderer'),
    base: './',
    plugins: [react()],
    build: {
      target: OLDEST_BROWSER,
      cssTarget: OLDEST_BROWSER,
      outDir,
      emptyOutDir: true,
      chunkSizeWarningLimit: 2000,
    },
  }
}
