// `npm test`: builds, prepares what the suites need, runs them, and ends with "N passed, N failed".
//   npm test                    everything
//   npm test -- unit            only what needs no Docker engine
//   npm test -- PATH ...        the test files whose paths contain PATH
// As root on Linux the suites get a Docker engine of their own, so that the machine's is left alone; elsewhere, or with
// SLIPWAY_TEST_ENGINE=machine, they use the one that the docker client uses.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { readReport, type SuiteReport } from './support/suite-report.ts'
import { startTestEngine, type TestEngine } from './support/test-engine.ts'

const root = join(import.meta.dirname, '..')
const artifacts = join(root, 'artifacts')

const running = new Set<ChildProcess>()
const reports: SuiteReport[] = []
const onlyUnit = process.argv[2] === 'unit'
const files = process.argv.slice(onlyUnit ? 3 : 2)

mkdirSync(artifacts, { recursive: true })
if (onlyUnit) await runSuites('unit', undefined)
else await runEverything()
printReports()

async function runEverything(): Promise<void> {
  const engine = canHaveOwnEngine() ? await startTestEngine({ uplink: true }) : undefined
  disposeOnInterrupt(engine)
  try {
    // Compilers and downloads take what processor time the unit tests leave.
    await Promise.all([runSuites('unit', undefined), prepare(engine)])
    // A browser's work beside suites that mostly wait for containers.
    await Promise.all([runSuites('interface', undefined), runSuites('engine', engine)])
    await runSuites('relay', engine)
  } finally {
    await engine?.dispose()
  }
}

/** Ctrl-C reaches this process more than once: from the terminal and from the process that started it. */
function disposeOnInterrupt(engine: TestEngine | undefined): void {
  let interrupted = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, async () => {
      if (interrupted) return
      interrupted = true
      for (const child of running) child.kill(signal)
      await engine?.dispose()
      process.exit(1)
    })
  }
}

async function prepare(engine: TestEngine | undefined): Promise<void> {
  for (const step of ['build/bundle.ts', 'test/support/prepare.ts']) {
    const start = performance.now()
    const exitCode = await run('node', [step], engine, constants.priority.PRIORITY_LOW)
    const counts = exitCode === 0 ? { passed: 0, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
    reports.push({ name: step, seconds: (performance.now() - start) / 1000, ...counts })
  }
}

type Project = 'unit' | 'interface' | 'engine' | 'relay'

async function runSuites(project: Project, engine: TestEngine | undefined): Promise<void> {
  const report = join(artifacts, `tests-${project}.json`)
  rmSync(report, { force: true })
  const args = [
    'run',
    ...['-c', 'test/vitest.config.ts', '--project', project, '--passWithNoTests'],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    // Vitest alone would leave one processor to whoever watches.
    ...(project === 'unit' ? ['--maxWorkers=100%'] : ['--no-file-parallelism']),
    ...files,
  ]
  const start = performance.now()
  const exitCode = await run('vitest', args, engine)
  const suites = existsSync(report) ? readReport(report, root) : []
  const failed = suites.reduce((sum, suite) => sum + suite.failed, 0)
  const seconds = (performance.now() - start) / 1000
  if (project === 'unit') reports.push(sumOf(`unit (${suites.length} files)`, seconds, suites))
  else reports.push(...suites.map((suite) => ({ ...suite, name: `${project} ${suite.name}` })))
  // An unhandled error fails the run without a failed test.
  if (exitCode !== 0 && failed === 0)
    reports.push({ name: `vitest ${project}`, seconds, passed: 0, failed: 1, skipped: 0 })
}

function sumOf(name: string, seconds: number, suites: readonly SuiteReport[]): SuiteReport {
  const sum = (field: 'passed' | 'failed' | 'skipped') => suites.reduce((total, suite) => total + suite[field], 0)
  return { name, seconds, passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
}

function printReports(): void {
  const width = Math.max(...reports.map(({ name }) => name.length))
  console.log('')
  for (const { name, seconds, passed, failed } of reports) {
    const counts = `${passed} passed, ${failed} failed`
    console.log(
      `${name.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s  ${passed + failed > 0 ? counts : ''}`.trimEnd(),
    )
  }
  const { passed, failed, skipped } = sumOf('', 0, reports)
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
}

function canHaveOwnEngine(): boolean {
  if (process.env.SLIPWAY_TEST_ENGINE === 'machine') return false
  return process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/sbin/dockerd')
}

/** In the engine's network namespace when there is one: only there are its pods reached. */
function run(command: string, args: string[], engine: TestEngine | undefined, priority = 0): Promise<number> {
  const line = engine?.inNamespace(command, args) ?? { file: command, args }
  const env = engine === undefined ? process.env : { ...process.env, DOCKER_HOST: engine.dockerHost }
  return new Promise((resolve, reject) => {
    const child = spawn(line.file, line.args, { cwd: root, env, stdio: 'inherit', shell: process.platform === 'win32' })
    running.add(child)
    child.on('spawn', () => {
      if (priority !== 0 && child.pid !== undefined) setPriority(child.pid, priority)
    })
    child.on('error', reject)
    child.on('exit', (code) => {
      running.delete(child)
      resolve(code ?? 1)
    })
  })
}
