import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { RpcClient } from '../../shared/ipc/rpc-client.ts'
import { APP_FLAGS, ENGINE_ENVIRONMENT, ENGINE_FLAGS } from '../engine/engine-flags.ts'
import type { DataDirectory } from '../engine/installation/data-directory.ts'
import { readIfThere } from '../engine/installation/files.ts'
import { connectEngineSocket } from '../ipc/engine-socket.ts'
import { CliError, EXIT } from './cli-error.ts'

const START_TIMEOUT_MS = 30_000
const POLL_MS = 25

/** Connects to the running engine; undefined when none runs. */
export async function findEngine(data: DataDirectory): Promise<RpcClient | undefined> {
  const transport = await connectEngineSocket(data)
  return transport === undefined ? undefined : new RpcClient(transport)
}

/** Connects to the running engine, or fails with how to start one. */
export async function requireEngine(data: DataDirectory): Promise<RpcClient> {
  const engine = await findEngine(data)
  if (engine === undefined) {
    throw new CliError('Slipway is not running. Start a cluster with: slipway up', EXIT.notRunning)
  }
  return engine
}

/** Connects to the running engine, starting one in the background when there is none. */
export async function ensureEngine(data: DataDirectory): Promise<RpcClient> {
  const running = await findEngine(data)
  if (running !== undefined) return running
  const child = startDetached(data)
  const deadline = performance.now() + START_TIMEOUT_MS
  while (performance.now() < deadline) {
    const engine = await findEngine(data)
    if (engine !== undefined) return engine
    if (child.exitCode !== null) break
    await delay(POLL_MS)
  }
  const log = readIfThere(startLog(data))?.trim().split('\n').slice(-5).join('\n')
  throw new CliError(`the engine did not start${log ? `:\n${log}` : ''}`)
}

/** Starts an engine that outlives this command: the app, hidden in the tray, where it is installed, else `serve`. */
function startDetached(data: DataDirectory) {
  const log = openSync(startLog(data), 'w', 0o600)
  const { ELECTRON_RUN_AS_NODE: _asNode, ...env } = process.env
  const serve = [...process.execArgv, ...ENGINE_FLAGS, process.argv[1] as string, 'serve']
  const child = spawn(process.execPath, process.versions.electron === undefined ? serve : ['--hidden', ...APP_FLAGS], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...ENGINE_ENVIRONMENT, ...env, SLIPWAY_HOME: data.path },
    cwd: data.path,
  })
  child.unref()
  closeSync(log)
  return child
}

/** What a starting engine says before its own log is open. */
function startLog(data: DataDirectory): string {
  return join(data.logs, 'start.log')
}
