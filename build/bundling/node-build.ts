import { join } from 'node:path'
import type { InlineConfig } from 'vite'
import { leanDockerode } from './lean-dockerode.ts'
import { oneByteText } from './one-byte-text.ts'
import { referencedFiles } from './referenced-files.ts'

export interface NodeBundle {
  readonly input: Readonly<Record<string, string>>
  readonly format: 'es' | 'cjs'
  readonly outDir: string
}

/**
 * How what runs under Node is bundled: npm dependencies stay outside and are resolved from node_modules. dockerode alone,
 * with its docker-modem, is taken in, so that what it loads for nothing can be left out.
 */
export function nodeBuild(root: string, { input, format, outDir }: NodeBundle): InlineConfig {
  return {
    configFile: false,
    logLevel: 'warn',
    root,
    publicDir: false,
    plugins: [referencedFiles(), oneByteText(), leanDockerode()],
    ssr: { noExternal: ['dockerode', 'docker-modem'] },
    build: {
      ssr: true,
      target: format === 'es' ? 'node24' : 'node16',
      outDir,
      emptyOutDir: false,
      sourcemap: true,
      minify: false,
      rolldownOptions: {
        input: { ...input },
        external: ['electron'],
        output: {
          format,
          entryFileNames: format === 'es' ? '[name].js' : '[name].cjs',
          chunkFileNames: format === 'es' ? 'engine/[name]-[hash].js' : '[name]-[hash].cjs',
          assetFileNames: '[name]-[hash][extname]',
        },
      },
    },
  }
}

/** Electron's main process and preload: a sandboxed preload can load no second file, so it is built alone. */
export function appBuilds(root: string, outDir: string): readonly InlineConfig[] {
  return ['main', 'preload'].map((name) =>
    nodeBuild(root, { input: { [name]: join(root, 'electron', `${name}.ts`) }, format: 'cjs', outDir }),
  )
}
