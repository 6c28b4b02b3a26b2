// Everything that can be said about the code without running it. `npm run check`
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

const checks: [what: string, command: string, ...args: string[]][] = [
  ['format and lint', 'biome', 'check', '--error-on-warnings'],
  ['types', 'tsc', '-b'],
  ['dependency rules', 'depcruise', '--config', 'build/checks/layers.cjs', 'shared', 'electron', 'renderer', 'build'],
  ['unused code', 'knip', '--config', 'build/checks/knip.json', '--no-progress'],
  ['build', 'node', 'build/bundle.ts'],
]

const only = process.argv.slice(2)
const failed: string[] = []
for (const [what, command, ...args] of checks) {
  if (only.length > 0 && !only.includes(what)) continue
  const start = performance.now()
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${what} (${seconds} s)`)
  if (status !== 0) failed.push(what)
}
if (failed.length > 0) {
  console.log(`\nFailed: ${failed.join(', ')}`)
  process.exitCode = 1
}
