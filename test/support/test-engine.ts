// A Docker engine of the test's own, which it may restart and kill. Guarantees:
//  - it shares nothing with the machine's engine: own network namespace, socket, data, containerd;
//  - containerd is a process beside it, as on a real machine: containers of a killed engine go on running;
//  - dispose() leaves no process, mount, namespace or file behind.
// Its bridges exist only inside its namespace: a process that must reach pods is started with `inNamespace`.
// Linux as root, with dockerd installed.
import { execFileSync, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { processesInCgroup, readOrEmpty, removeCgroup } from './cgroup.ts'
import { connectNamespace } from './namespace-uplink.ts'

const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 60_000

export interface TestEngine {
  /** For DOCKER_HOST; a unix socket, so it is reachable from every namespace. */
  readonly dockerHost: string
  readonly namespace: string
  readonly logPath: string
  /** The command line that runs `command` where the engine's bridges are: for `spawn(file, args)`. */
  inNamespace(command: string, args: readonly string[]): { file: string; args: string[] }
  /** Stops the engine as a service manager does (SIGTERM): all its containers stop too. */
  stop(): Promise<void>
  /** SIGKILL: the containers go on without it. */
  kill(): Promise<void>
  /** Starts the stopped or killed engine again on the same data. */
  start(): Promise<void>
  dispose(): Promise<void>
}

/** With `uplink` the engine can pull images, if the machine can; with `liveRestore` its containers outlive it. */
export async function startTestEngine({ uplink = false, liveRestore = false } = {}): Promise<TestEngine> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/sbin/dockerd')) {
    throw new Error('an engine of the tests needs Linux, root and dockerd (apt-get install docker.io)')
  }
  const id = randomInt(36 ** 5).toString(36)
  const namespace = `slipway-${id}`
  const folder = join(tmpdir(), `slipway-engine-${id}`)
  const socket = join(folder, 'docker.sock')
  const logPath = join(folder, 'dockerd.log')
  let daemon: Daemon | undefined

  mkdirSync(folder, { mode: 0o700 })
  execFileSync('ip', ['netns', 'add', namespace])
  execFileSync('ip', ['-n', namespace, 'link', 'set', 'lo', 'up'])
  const disconnect = uplink ? connectNamespace(namespace) : undefined

  const inNamespace = (command: string, args: readonly string[]) => ({
    // Only the network namespace: `ip netns exec` would give the process other mounts as well.
    file: 'nsenter',
    args: [`--net=/run/netns/${namespace}`, command, ...args],
  })

  const containerdSocket = join(folder, 'containerd.sock')
  const containerdConfig = join(folder, 'containerd.toml')
  writeFileSync(containerdConfig, 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n')
  const containerd = startDaemon('containerd', logPath, [
    `--config=${containerdConfig}`,
    `--root=${join(folder, 'containerd')}`,
    `--state=${join(folder, 'containerd-state')}`,
    `--address=${containerdSocket}`,
  ])

  async function start(): Promise<void> {
    if (daemon !== undefined) throw new Error('the engine runs already')
    rmSync(join(folder, 'docker.pid'), { force: true })
    const { file, args } = inNamespace('/usr/sbin/dockerd', [
      `--host=unix://${socket}`,
      `--containerd=${containerdSocket}`,
      `--data-root=${join(folder, 'data')}`,
      `--exec-root=${join(folder, 'exec')}`,
      `--pidfile=${join(folder, 'docker.pid')}`,
      `--cgroup-parent=/slipway-engine-${id}`,
      ...(liveRestore ? ['--live-restore'] : []),
    ])
    const started = startDaemon(file, logPath, args)
    daemon = started
    const deadline = performance.now() + START_TIMEOUT_MS
    while (!(await answers(socket))) {
      if (performance.now() > deadline || started.hasExited()) {
        throw new Error(`the test's engine did not start:\n${readFileSync(logPath, 'utf8').slice(-3000)}`)
      }
      await delay(50)
    }
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await daemon?.end(signal)
    daemon = undefined
  }

  async function dispose(): Promise<void> {
    await end('SIGTERM')
    await containerd.end('SIGTERM')
    // Shims do not end with containerd; their containers do with them gone and the cgroup's processes killed.
    for (const pid of [...processesOf(folder), ...processesInCgroup(`slipway-engine-${id}`)]) killIfThere(pid)
    for (const mount of mountsBelow(folder)) execFileSync('umount', ['--lazy', mount])
    disconnect?.()
    execFileSync('ip', ['netns', 'delete', namespace])
    removeCgroup(`slipway-engine-${id}`)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }

  try {
    await start()
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    dockerHost: `unix://${socket}`,
    namespace,
    logPath,
    inNamespace,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    start,
    dispose,
  }
}

interface Daemon {
  hasExited(): boolean
  /** Resolves when the process is gone; one that ignores SIGTERM for a minute is killed. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

function startDaemon(file: string, logPath: string, args: string[]): Daemon {
  const log = openSync(logPath, 'a')
  const child = spawn(file, args, { stdio: ['ignore', log, log], detached: true })
  closeSync(log)
  const exited = new Promise<void>((resolve) => {
    child.on('exit', () => resolve())
    child.on('error', () => resolve())
  })
  return {
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    end: async (signal) => {
      child.kill(signal)
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
      await exited
      clearTimeout(late)
    },
  }
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: '/_ping', timeout: 2000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    ping.on('timeout', () => ping.destroy())
    ping.on('error', () => resolve(false))
    ping.end()
  })
}

/** containerd and shims that outlived the engine: all carry its folder in their command lines. */
function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && readOrEmpty(`/proc/${name}/cmdline`).includes(folder))
    .map(Number)
}

function mountsBelow(folder: string): string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n')
  return mounts
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`))
    .reverse()
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
