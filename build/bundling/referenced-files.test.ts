import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { referencedFiles } from './referenced-files.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-bundle-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test("a worker's file becomes a bundle of its own, and the URL leads to it", async () => {
  writeFileSync(join(folder, 'sum-worker.ts'), 'export const sum = (a: number, b: number): number => a + b\n')
  const source = "export const worker: URL = new URL('./sum-worker.ts', import.meta.url)\n"
  writeFileSync(join(folder, 'main.ts'), source)
  await build({
    configFile: false,
    logLevel: 'error',
    root: folder,
    plugins: [referencedFiles()],
    build: {
      ssr: true,
      outDir: join(folder, 'out'),
      rolldownOptions: {
        input: { 'program/main': join(folder, 'main.ts') },
        output: { entryFileNames: '[name].mjs', chunkFileNames: 'shared/[name].mjs' },
      },
    },
  })
  const main = join(folder, 'out/program/main.mjs')
  expect(readFileSync(main, 'utf8')).not.toContain('bundled-file:')
  expect(readdirSync(join(folder, 'out'), { recursive: true })).toContain(join('shared', 'sum-worker.mjs'))
  const { worker } = await import(pathToFileURL(main).href)
  expect((await import(worker.href)).sum(2, 3)).toBe(5)
})
