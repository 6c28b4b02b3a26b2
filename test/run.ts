// `npm test`: builds, prepares what the suites need, runs them, and ends with "N passed, N failed".
//   npm test                    everything
//   npm test -- unit            only what needs no Docker engine
//   npm test -- PATH ...        the test files whose paths contain PATH
// As root on Linux the suites get a Docker engine of their own, so that the machine's is left alone; elsewhere, or with
// SLIPWAY_TEST_ENGINE=machine, they use the one that the docker client uses.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startTestEngine, type TestEngine } from './support/test-engine.ts'

const root = join(import.meta.dirname, '..')
const artifacts = join(root, 'artifacts')

interface Counts {
  passed: number
  failed: number
  skipped: number
}

let running: ChildProcess | undefined
const total: Counts = { passed: 0, failed: 0, skipped: 0 }
const onlyUnit = process.argv[2] === 'unit'
const files = process.argv.slice(onlyUnit ? 3 : 2)

mkdirSync(artifacts, { recursive: true })
await runSuites('unit', undefined)
if (!onlyUnit) {
  const engine = canHaveOwnEngine() ? await startTestEngine({ uplink: true }) : undefined
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      running?.kill(signal)
      await engine?.dispose()
      process.exit(1)
    })
  }
  try {
    for (const step of ['build/bundle.ts', 'test/support/prepare.ts']) {
      if ((await run('node', [step], engine)) === 0) continue
      console.log(`${step} failed, and with it what needs it`)
      total.failed += 1
    }
    await runSuites('engine', engine)
  } finally {
    await engine?.dispose()
  }
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`)
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0

function canHaveOwnEngine(): boolean {
  if (process.env.SLIPWAY_TEST_ENGINE === 'machine') return false
  return process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/sbin/dockerd')
}

async function runSuites(project: string, engine: TestEngine | undefined): Promise<void> {
  const report = join(artifacts, `tests-${project}.json`)
  rmSync(report, { force: true })
  const args = [
    'run',
    ...['-c', 'test/vitest.config.ts', '--project', project, '--passWithNoTests'],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    ...(project === 'engine' ? ['--no-file-parallelism'] : []),
    ...files,
  ]
  const exitCode = await run('vitest', args, engine)
  const counts = readCounts(report)
  total.passed += counts.passed
  total.skipped += counts.skipped
  // A file that could not even be loaded, or an unhandled error, fails the run without a failed test.
  total.failed += exitCode !== 0 && counts.failed === 0 ? 1 : counts.failed
}

function readCounts(report: string): Counts {
  if (!existsSync(report)) return { passed: 0, failed: 0, skipped: 0 }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'))
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
}

/** In the engine's network namespace when there is one: only there are its pods reached. */
function run(command: string, args: string[], engine: TestEngine | undefined): Promise<number> {
  const line = engine?.inNamespace(command, args) ?? { file: command, args }
  const env = engine === undefined ? process.env : { ...process.env, DOCKER_HOST: engine.dockerHost }
  return new Promise((resolve, reject) => {
    const child = spawn(line.file, line.args, { cwd: root, env, stdio: 'inherit', shell: process.platform === 'win32' })
    running = child
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
