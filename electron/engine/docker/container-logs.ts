import { Readable } from 'node:stream'
import type { PodLogOptions } from '../apiserver/pod-streams.ts'
import type { DockerEngine } from './docker-engine.ts'
import { joinFrames, lastLines } from './log-lines.ts'

/** Up to so many lines are counted exactly, though long ones are several to the engine. */
const exactTail = 2000

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
  const query = logQuery(options, context.nowMs)
  const tail = options.tailLines
  if (tail !== undefined && tail > 0 && tail <= exactTail && !options.follow && !tty) {
    const lines = await tailOf({ engine, id, query, signal: context.signal }, tail, options.timestamps)
    return Readable.from(limitBytes([lines], options.limitBytes ?? Number.POSITIVE_INFINITY), { objectMode: false })
  }
  const stream = await engine.containerLogs(id, query, context.signal)
  const text = tty ? stream : joinFrames(stream, options.timestamps)
  const limited = options.limitBytes === undefined ? text : limitBytes(text, options.limitBytes)
  const result = Readable.from(untilAborted(limited, context.signal), { objectMode: false, highWaterMark: 65_536 })
  result.on('close', () => stream.destroy())
  return result
}

/**
 * The engine counts pieces of lines, not lines: as many pieces are asked for as it takes until the lines are more than
 * those wanted, since the first may be cut, or all are there.
 */
async function tailOf(
  request: { engine: DockerEngine; id: string; query: Record<string, unknown>; signal: AbortSignal },
  count: number,
  timestamps: boolean,
): Promise<Buffer> {
  const { engine, id, query, signal } = request
  let before = -1
  for (let pieces = count + 1; ; pieces *= 4) {
    const stream = await engine.containerLogs(id, { ...query, tail: pieces }, signal)
    const chunks: Buffer[] = []
    for await (const chunk of joinFrames(stream, timestamps)) chunks.push(chunk)
    const text = Buffer.concat(chunks)
    const last = lastLines(text, count)
    if (last !== undefined) return last
    if (text.length === before) return text
    before = text.length
  }
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

async function* limitBytes(source: AsyncIterable<Buffer> | Iterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
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
