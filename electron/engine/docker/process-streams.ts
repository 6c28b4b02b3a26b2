import { once } from 'node:events'
import type { Duplex, Writable } from 'node:stream'
import type { AttachedStreams } from '../apiserver/pod-streams.ts'
import { FrameParser } from './frames.ts'

/** A key sequence that nobody types, in place of the engine's Ctrl-P Ctrl-Q, which belongs to the program. */
export const detachKeys = 'ctrl-^,ctrl-_,ctrl-^,ctrl-_,ctrl-^,ctrl-_'

/**
 * Joins a hijacked connection to the client's streams; resolves when the process's output ends. A slow client slows
 * the process down.
 */
export async function joinStreams(connection: Duplex, streams: AttachedStreams, signal: AbortSignal): Promise<void> {
  const onAbort = () => connection.destroy()
  signal.addEventListener('abort', onAbort, { once: true })
  const failure = new Promise<never>((_, reject) => connection.on('error', reject))
  failure.catch(() => undefined)
  if (streams.stdin) {
    streams.stdin.on('error', () => connection.end())
    streams.stdin.pipe(connection)
  }
  try {
    await Promise.race([pump(connection, streams), failure])
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    streams.stdin?.unpipe(connection)
    signal.removeEventListener('abort', onAbort)
    connection.destroy()
  }
}

async function pump(connection: Duplex, streams: AttachedStreams): Promise<void> {
  const parser = new FrameParser()
  for await (const chunk of connection) {
    if (streams.tty) {
      await write(streams.stdout, chunk as Buffer)
      continue
    }
    for (const piece of parser.push(chunk as Buffer)) {
      await write(piece.stream === 'stderr' ? streams.stderr : streams.stdout, piece.data)
    }
  }
}

async function write(to: Writable | undefined, data: Buffer): Promise<void> {
  if (to === undefined || to.destroyed || to.writableEnded) return
  if (!to.write(data)) await Promise.race([once(to, 'drain'), once(to, 'close')])
}
