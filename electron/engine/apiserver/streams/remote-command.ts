import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { isApiError } from '../../../../shared/api/status.ts'
import type { Status } from '../../../../shared/api/types/meta-v1.ts'
import type { AttachedStreams, ContainerTarget, PodStreams } from '../pod-streams.ts'

/** PodExecOptions and PodAttachOptions, as their queries say. */
export interface RemoteCommand {
  readonly kind: 'exec' | 'attach'
  readonly target: ContainerTarget
  readonly command: readonly string[]
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

/** A client's channels, whatever protocol carries them. */
export interface RemoteCommandChannels {
  readonly stdin: Readable | undefined
  readonly stdout: Writable | undefined
  readonly stderr: Writable | undefined
  /** Texts {"Width":80,"Height":24}. */
  readonly resize: Readable | undefined
  /** Writes the outcome to the error channel and ends the conversation after everything written before. */
  finish(status: Status): void
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal
}

/** Runs a command or attaches, and tells the client how it ended. Never rejects. */
export async function runRemoteCommand(
  request: RemoteCommand,
  channels: RemoteCommandChannels,
  pods: PodStreams,
): Promise<void> {
  let status: Status
  try {
    const streams = attachedStreams(request, channels)
    if (request.kind === 'attach') {
      await pods.attach(request.target, streams, channels.signal)
      status = SUCCESS
    } else status = exitStatus(await pods.exec(request.target, request.command, streams, channels.signal))
  } catch (error) {
    status = isApiError(error) ? error.toStatus() : failure(error)
  }
  await Promise.all([flushed(channels.stdout), flushed(channels.stderr)])
  channels.finish(status)
}

const SUCCESS: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }

function exitStatus(code: number): Status {
  if (code === 0) return SUCCESS
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: command terminated with exit code ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  }
}

function failure(error: unknown): Status {
  const message = error instanceof Error ? error.message : String(error)
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'InternalError',
    code: 500,
  }
}

function attachedStreams(request: RemoteCommand, channels: RemoteCommandChannels): AttachedStreams {
  const { stdin, stdout, stderr, resize } = channels
  return {
    tty: request.tty,
    ...(stdin ? { stdin } : {}),
    ...(stdout ? { stdout } : {}),
    ...(stderr && !request.tty ? { stderr } : {}),
    ...(resize ? { onResize: (listener) => readSizes(resize, listener) } : {}),
  }
}

function readSizes(resize: Readable, listener: (size: { width: number; height: number }) => void): void {
  let pending = ''
  resize.setEncoding('utf8')
  resize.on('data', (text: string) => {
    pending += text
    for (let end = pending.indexOf('}'); end >= 0; end = pending.indexOf('}')) {
      const size = terminalSize(pending.slice(0, end + 1))
      pending = pending.slice(end + 1)
      if (size !== undefined) listener(size)
    }
  })
}

function terminalSize(text: string): { width: number; height: number } | undefined {
  const width = Number(/"Width"\s*:\s*(\d+)/.exec(text)?.[1])
  const height = Number(/"Height"\s*:\s*(\d+)/.exec(text)?.[1])
  return width > 0 && height > 0 ? { width, height } : undefined
}

/** Ends a stream and waits until all of it was handed on. */
async function flushed(stream: Writable | undefined): Promise<void> {
  if (stream === undefined || stream.destroyed || stream.writableFinished) return
  stream.end()
  await Promise.race([once(stream, 'finish'), once(stream, 'close')]).catch(() => undefined)
}
