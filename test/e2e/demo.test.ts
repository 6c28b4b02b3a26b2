import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-clone-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('npm run demo -- --exit, from a clean clone: the shop answers, and nothing is left', {
  timeout: 900_000,
}, async () => {
  const clone = join(folder, 'slipway')
  execFileSync('git', ['clone', '--quiet', root, clone])
  const { code, output } = await run('npm', ['run', 'demo', '--', '--exit'], clone)
  expect(output).toMatch(/Visit it \.\.\. [\d.]+ s/)
  expect(output).toMatch(/The shop answers at http:\/\/127\.0\.0\.1:\d+/)
  expect(output).toMatch(/Clean up \.\.\. [\d.]+ s/)
  expect(code).toBe(0)
  const names = execFileSync('docker', ['ps', '-a', '--format', '{{.Names}} {{.Labels}}'], { encoding: 'utf8' })
  expect(names).not.toMatch(/demo-[0-9a-f]{6}/)
})

/** As in a shell of the user's: without what the test runner put in the environment. */
function run(command: string, args: string[], cwd: string): Promise<{ code: number | null; output: string }> {
  const { NODE_ENV, VITEST, NODE_OPTIONS, ...rest } = process.env
  const path = (rest.PATH ?? '').split(':').filter((entry) => !entry.startsWith(root))
  const env = { ...rest, PATH: path.join(':'), SLIPWAY_INSTALL: '0' }
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
