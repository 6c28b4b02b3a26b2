import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ENGINE_ENVIRONMENT, ENGINE_FLAGS } from '../../electron/engine/engine-flags.ts'
import { type DataDirectory, openDataDirectory } from '../../electron/engine/installation/data-directory.ts'
import { connectEngineSocket } from '../../electron/ipc/engine-socket.ts'
import { RpcClient } from '../../shared/ipc/rpc-client.ts'
import { findKubectl } from './kubectl.ts'

const COMMAND_LINE = join(import.meta.dirname, '..', '..', 'electron', 'cli', 'slipway.ts')
const READY_MS = 30_000

export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface EngineUnderTestOptions {
  /** The Docker engine to use; the machine's own when absent. */
  readonly dockerHost?: string
  /** Changes how the engine's process is started: inside a network namespace, say. */
  readonly wrap?: (command: string, args: readonly string[]) => { file: string; args: readonly string[] }
  readonly env?: Readonly<Record<string, string>>
  /** Another command line than the checkout's: the bundled one. */
  readonly commandLine?: string
}

export interface RunOptions {
  readonly input?: string | undefined
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
}

/**
 * A real `slipway serve` with a data directory and kubeconfig of its own, and random cluster names: what it makes on
 * the engine is its alone, and goes with `dispose`.
 */
export class EngineUnderTest implements AsyncDisposable {
  readonly data: DataDirectory
  readonly cluster = `t${randomBytes(3).toString('hex')}`
  readonly #options: EngineUnderTestOptions
  readonly #env: NodeJS.ProcessEnv
  readonly #commandLine: string
  #process: ChildProcess | undefined

  constructor(options: EngineUnderTestOptions = {}) {
    this.#options = options
    this.#commandLine = options.commandLine ?? COMMAND_LINE
    this.data = openDataDirectory(mkdtempSync(join(tmpdir(), 'slipway-test-')))
    this.#env = {
      ...ENGINE_ENVIRONMENT,
      ...process.env,
      SLIPWAY_HOME: this.data.path,
      KUBECONFIG: join(this.data.path, 'kubeconfig'),
      ...(options.dockerHost ? { DOCKER_HOST: options.dockerHost } : {}),
      ...options.env,
    }
  }

  /** Starts the engine process and waits until it answers. */
  async serve(): Promise<void> {
    this.#process = this.#spawn(process.execPath, [...ENGINE_FLAGS, this.#commandLine, 'serve'])
    const deadline = Date.now() + READY_MS
    while (Date.now() < deadline) {
      const transport = await connectEngineSocket(this.data)
      if (transport !== undefined) {
        transport.close()
        return
      }
      await delay(25)
    }
    throw new Error('the engine did not start')
  }

  get pid(): number {
    if (this.#process?.pid === undefined) throw new Error('the engine does not run')
    return this.#process.pid
  }

  /** Ends the engine process at once, as a crash would. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const running = this.#process
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
    const ended = new Promise((resolve) => running.once('exit', resolve))
    running.kill(signal)
    await ended
    this.#process = undefined
  }

  /** Creates or starts the test's cluster and writes its kubeconfig. */
  async up(nodes = 1, name = this.cluster): Promise<void> {
    const result = await this.slipway('up', name, '--nodes', `${nodes}`, '--current')
    if (result.code !== 0) throw new Error(`slipway up failed: ${result.stderr}`)
  }

  slipway(...args: readonly string[]): Promise<CommandResult> {
    return this.run(process.execPath, [this.#commandLine, ...args])
  }

  /** Runs a current kubectl and answers what it printed, whatever its exit code. */
  async tryKubectl(args: readonly string[], input?: string): Promise<CommandResult> {
    return this.run(await findKubectl('1.36.6'), args, { input })
  }

  /** Runs kubectl and answers its standard output; throws when it fails. */
  async kubectl(args: readonly string[], input?: string): Promise<string> {
    const result = await this.tryKubectl(args, input)
    if (result.code !== 0) throw new Error(`kubectl ${args.join(' ')} failed: ${result.stderr}${result.stdout}`)
    return result.stdout
  }

  async apply(manifest: string): Promise<string> {
    const file = join(this.data.path, `${randomBytes(4).toString('hex')}.yaml`)
    writeFileSync(file, manifest)
    return this.kubectl(['apply', '-f', file])
  }

  async json<T>(args: readonly string[]): Promise<T> {
    return JSON.parse(await this.kubectl([...args, '-o', 'json'])) as T
  }

  /** The engine's contract, as the window speaks it. */
  async rpc(): Promise<RpcClient> {
    const transport = await connectEngineSocket(this.data)
    if (transport === undefined) throw new Error('the engine does not run')
    return new RpcClient(transport)
  }

  docker(...args: readonly string[]): Promise<CommandResult> {
    return this.run('docker', args)
  }

  /** Ids of this cluster's containers, newest first, with more filters of `docker ps`. */
  async containers(...labels: readonly string[]): Promise<string[]> {
    const filters = [`io.slipway.installation=${this.data.installationId}`, ...labels].flatMap((label) => [
      '--filter',
      `label=${label}`,
    ])
    const { stdout } = await this.docker('ps', '-q', '--no-trunc', ...filters)
    return stdout.split('\n').filter((line) => line !== '')
  }

  /** Runs a command where the engine under test runs, and answers what it printed, whatever its exit code. */
  run(command: string, args: readonly string[], { input, env, cwd }: RunOptions = {}): Promise<CommandResult> {
    const { file, args: wrapped } = this.#options.wrap?.(command, args) ?? { file: command, args }
    return new Promise((resolve) => {
      const surroundings = { env: { ...this.#env, ...env }, ...(cwd === undefined ? {} : { cwd }) }
      const options = { ...surroundings, maxBuffer: 64 * 1024 * 1024, encoding: 'utf8' as const }
      const child = execFile(file, [...wrapped], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
        resolve({ code, stdout, stderr })
      })
      // A command that ends without reading its input is judged by its exit code.
      child.stdin?.on('error', () => undefined)
      child.stdin?.end(input ?? '')
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process === undefined) await this.serve()
    for (const { name } of await (await this.rpc()).call('clusters.list')) await this.slipway('delete', name, '--yes')
    await this.kill('SIGTERM')
    rmSync(this.data.path, { recursive: true, force: true })
  }

  #spawn(command: string, args: readonly string[]): ChildProcess {
    const { file, args: wrapped } = this.#options.wrap?.(command, args) ?? { file: command, args }
    return spawn(file, wrapped, { env: this.#env, stdio: ['ignore', 'ignore', 'inherit'] })
  }
}

/** Waits until `probe` answers something else than undefined or false. Throws with `what` after `timeoutMs`. */
export async function eventually<T>(
  what: string,
  timeoutMs: number,
  probe: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  let last: unknown
  while (Date.now() < deadline) {
    try {
      const answer = await probe()
      if (answer !== undefined && answer !== false) return answer
    } catch (error) {
      last = error
    }
    await delay(100)
  }
  throw new Error(`not in ${timeoutMs} ms: ${what}${last instanceof Error ? ` (${last.message})` : ''}`)
}
