// `npm test`: builds, prepares what the suites need, runs them, and ends with "N passed, N failed".
//   npm test                    everything
//   npm test -- unit            only what needs no Docker engine
//   npm test -- PATH ...        the test files whose paths contain PATH
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const artifacts = join(root, 'artifacts')

interface Counts {
  passed: number
  failed: number
  skipped: number
}

const [selected, ...rest] = process.argv.slice(2)
const projects = selected === 'unit' ? ['unit'] : ['unit', 'engine']
const files = selected === 'unit' ? rest : process.argv.slice(2)

mkdirSync(artifacts, { recursive: true })
const total: Counts = { passed: 0, failed: 0, skipped: 0 }
if (projects.includes('engine')) {
  for (const step of ['build/bundle.ts', 'test/support/prepare.ts']) {
    if ((await run('node', [step])) === 0) continue
    console.log(`${step} failed: the suites that need it will`)
    total.failed += 1
  }
}
for (const project of projects) {
  const counts = await runSuites(project)
  total.passed += counts.passed
  total.failed += counts.failed
  total.skipped += counts.skipped
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`)
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0

async function runSuites(project: string): Promise<Counts> {
  const report = join(artifacts, `tests-${project}.json`)
  rmSync(report, { force: true })
  const exitCode = await run('vitest', [
    'run',
    ...['-c', 'test/vitest.config.ts', '--project', project, '--passWithNoTests'],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    ...(project === 'engine' ? ['--no-file-parallelism'] : []),
    ...files,
  ])
  const counts = readCounts(report)
  // A suite that could not even load, or an unhandled error, fails the run without a failed test.
  if (exitCode !== 0 && counts.failed === 0) counts.failed = 1
  return counts
}

function readCounts(report: string): Counts {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
  } catch (error) {
    console.log(`no report of the tests: ${error}`)
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

function run(command: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
