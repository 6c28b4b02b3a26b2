import { Readable } from 'node:stream'
import type { PodLogOptions } from '../apiserver/pod-streams.ts'
import type { DockerEngine } from './docker-engine.ts'
import { FrameParser, type FramePiece } from './frames.ts'

/**
 * A container's log as `kubectl logs` prints it. Ends when the container does (with `follow`), when `limitBytes` are
 * reached, or when the signal aborts.
 */
export async function containerLogs(
  engine: DockerEngine,
  id: string,
  options: PodLogOptions,
  context: { nowMs: number; signal: AbortSignal },
): Promise<Readable> {
  const { tty } = await engine.inspectContainer(id).then((inspect) => ({ tty: inspect.Config.Tty }))
  const stream = await engine.containerLogs(id, logQuery(options, context.nowMs), context.signal)
  const text = tty ? stream : joinFrames(stream, options.timestamps)
  const limited = options.limitBytes === undefined ? text : limitBytes(text, options.limitBytes)
  const result = Readable.from(untilAborted(limited, context.signal), { objectMode: false, highWaterMark: 65_536 })
  result.on('close', () => stream.destroy())
  return result
}

function logQuery(options: PodLogOptions, nowMs: number): Record<string, unknown> {
  return {
    follow: options.follow,
    stdout: options.stream !== 'Stderr',
    stderr: options.stream !== 'Stdout',
    timestamps: options.timestamps,
    tail: options.tailLines ?? 'all',
    since: sinceOf(options, nowMs),
  }
}

/** Seconds with nanoseconds, as the engine takes it. */
function sinceOf(options: PodLogOptions, nowMs: number): string | undefined {
  if (options.sinceSeconds !== undefined) return ((nowMs - options.sinceSeconds * 1000) / 1000).toFixed(9)
  if (options.sinceTime === undefined) return undefined
  const seconds = Math.floor(Date.parse(options.sinceTime) / 1000)
  const fraction = /\.(\d+)/.exec(options.sinceTime)?.[1] ?? ''
  return `${seconds}.${fraction.padEnd(9, '0').slice(0, 9)}`
}

/** The engine cuts a line at 16 KB into frames that each carry the time; they become one line with one time again. */
async function* joinFrames(stream: Readable, timestamps: boolean): AsyncGenerator<Buffer> {
  const parser = new FrameParser()
  const joiners = { stdin: new TimeJoiner(), stdout: new TimeJoiner(), stderr: new TimeJoiner() }
  for await (const chunk of stream) {
    const parts: Buffer[] = []
    for (const piece of parser.push(chunk as Buffer)) {
      const data = timestamps ? joiners[piece.stream].push(piece) : piece.data
      if (data.length > 0) parts.push(data)
    }
    if (parts.length > 0) yield Buffer.concat(parts)
  }
}

const newline = 10
const space = 32

/** Drops the time of frames that go on with the line of the frame before. */
class TimeJoiner {
  #insideLine = false
  #atStart = true
  #dropping = false

  push({ data, end }: FramePiece): Buffer {
    if (this.#atStart) this.#dropping = this.#insideLine
    this.#atStart = end
    let rest = data
    if (this.#dropping) {
      const at = data.indexOf(space)
      rest = at < 0 ? Buffer.alloc(0) : data.subarray(at + 1)
      this.#dropping = at < 0
    }
    if (end) this.#insideLine = data.at(-1) !== newline
    return rest
  }
}

async function* limitBytes(source: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let left = limit
  for await (const chunk of source) {
    if (chunk.length >= left) {
      yield chunk.subarray(0, left)
      return
    }
    left -= chunk.length
    yield chunk
  }
}

/** An abort, or a container removed while it is followed, is the end of the log and no failure. */
async function* untilAborted(source: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* source
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
