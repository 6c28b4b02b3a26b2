import { Duplex } from 'node:stream'
import { type Clock, delay } from '../../../shared/lang/clock.ts'
import type { AttachedStreams } from '../apiserver/pod-streams.ts'
import { type ExecOptions, RuntimeError } from '../kubelet/pod-runtime.ts'
import type { DockerEngine } from './docker-engine.ts'
import { EngineError, ignoring } from './engine-error.ts'
import { FrameParser } from './frames.ts'
import { label, type Owner, ownerLabels } from './labels.ts'
import { detachKeys, joinStreams } from './process-streams.ts'

export interface ExecDeps {
  readonly engine: DockerEngine
  readonly owner: Owner
  readonly clock: Clock
  sandboxImage(): Promise<string>
}

/** How long a command may take to end by itself after its client went away. */
const leaveGraceMs = 1000

/** Runs a command in a container and resolves with its exit code. A client that goes away takes its command along. */
export async function execInContainer(
  deps: ExecDeps,
  containerId: string,
  options: ExecOptions,
  signal: AbortSignal,
): Promise<number> {
  const { engine } = deps
  try {
    const id = await engine.createExec(containerId, {
      Cmd: options.command,
      AttachStdin: options.stdin !== undefined,
      AttachStdout: true,
      AttachStderr: !options.tty,
      Tty: options.tty,
      DetachKeys: detachKeys,
    })
    const connection = await engine.startExec(id, options.tty)
    // A terminal has a size only once its process runs; the engine answers with an error before.
    options.onResize?.((size) => void resize(deps, () => engine.resizeExec(id, { h: size.height, w: size.width })))
    await joinStreams(connection, options, signal)
    if (signal.aborted) {
      await endLeft(deps, containerId, id)
      throw signal.reason
    }
    return await exitCode(deps, id)
  } catch (error) {
    const code = failedStartCode(error)
    if (code === undefined || !(error instanceof EngineError)) throw execFailure(error)
    options.stderr?.write(`${error.message}\n`)
    return code
  }
}

export async function attachToContainer(
  deps: ExecDeps,
  containerId: string,
  streams: AttachedStreams,
  signal: AbortSignal,
): Promise<void> {
  const { engine } = deps
  try {
    const query = {
      stream: true,
      stdin: streams.stdin !== undefined,
      stdout: streams.stdout !== undefined,
      stderr: streams.stderr !== undefined,
      detachKeys,
    }
    const connection = await engine.attachContainer(containerId, query)
    streams.onResize?.(
      (size) => void resize(deps, () => engine.resizeContainer(containerId, { h: size.height, w: size.width })),
    )
    await joinStreams(connection, streams, signal)
  } catch (error) {
    throw execFailure(error)
  }
}

async function resize(deps: ExecDeps, call: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 5; tries++) {
    try {
      await call()
      return
    } catch (error) {
      if (!(error instanceof EngineError)) return
      await delay(deps.clock, 20)
    }
  }
}

/** The output may end a moment before the engine has noticed the exit. */
async function exitCode({ engine, clock }: ExecDeps, id: string): Promise<number> {
  for (let waitMs = 2; ; waitMs = Math.min(waitMs * 2, 100)) {
    const exec = await engine.inspectExec(id)
    if (!exec.Running) return exec.ExitCode ?? 0
    await delay(clock, waitMs)
  }
}

/** From a container that sees the engine's processes, since the command's own container may have no `kill`. */
async function endLeft(deps: ExecDeps, containerId: string, id: string): Promise<void> {
  const { engine, owner, clock } = deps
  await delay(clock, leaveGraceMs)
  const exec = await engine.inspectExec(id)
  if (!exec.Running || exec.Pid === 0) return
  const helper = await engine.createContainer(undefined, {
    Image: await deps.sandboxImage(),
    Cmd: ['kill', String(exec.Pid), containerId],
    Labels: { ...ownerLabels(owner), [label.role]: 'helper' },
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      PidMode: 'host',
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      CapAdd: ['KILL'],
      LogConfig: { Type: 'none', Config: {} },
    },
  })
  try {
    await engine.startContainer(helper)
    await engine.waitContainer(helper)
  } finally {
    await ignoring([404, 409], engine.removeContainer(helper))
  }
}

/** Newer engines refuse the start of a command that is not there; older ones say so on the stream, with code 126. */
function failedStartCode(error: unknown): number | undefined {
  if (
    !(error instanceof EngineError) ||
    !/OCI runtime exec failed|executable file not found|no such file/.test(error.message)
  ) {
    return undefined
  }
  return /not found|no such file/i.test(error.message) ? 127 : 126
}

function execFailure(error: unknown): Error {
  if (error instanceof EngineError) {
    return new RuntimeError(
      error.status === 404 || error.status === 409 ? 'NotFound' : 'RunContainerError',
      error.message,
    )
  }
  return error instanceof Error ? error : new Error(String(error))
}

/** Connects to 127.0.0.1:port in a sandbox; rejects with the reason that the connection failed for. */
export async function dialInSandbox(engine: DockerEngine, sandboxId: string, port: number): Promise<Duplex> {
  const id = await engine.createExec(sandboxId, {
    Cmd: ['/sandbox', 'dial', String(port)],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  })
  const relay = new RelayedConnection(await engine.startExec(id, false))
  await relay.connected
  return relay
}

/** The helper's stdin and stdout as one connection; its stderr says first whether the connection stands. */
class RelayedConnection extends Duplex {
  readonly connected: Promise<void>
  readonly #connection: Duplex

  constructor(connection: Duplex) {
    super({ allowHalfOpen: true })
    this.#connection = connection
    const frames = new FrameParser()
    let said = ''
    this.connected = new Promise((resolve, reject) => {
      connection.on('data', (chunk: Buffer) => {
        for (const piece of frames.push(chunk)) {
          if (piece.stream === 'stdout') {
            if (!this.push(piece.data)) connection.pause()
          } else {
            said += piece.data.toString()
            if (said === 'connected\n') resolve()
          }
        }
      })
      const onEnd = () => {
        reject(new RuntimeError('NotFound', said.trim() || 'the connection was closed'))
        this.push(null)
      }
      connection.on('end', onEnd)
      connection.on('close', onEnd)
      connection.on('error', (error) => {
        reject(error)
        this.destroy(error)
      })
    })
    // A destroyed connection that nobody waits for any more is no failure.
    this.connected.catch(() => undefined)
  }

  override _read(): void {
    this.#connection.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#connection.write(chunk, callback)
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#connection.end(() => callback())
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#connection.destroy()
    callback(error)
  }
}
