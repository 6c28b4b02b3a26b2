import type { Clock } from '../../../shared/lang/clock.ts'
import { delay } from '../../../shared/lang/clock.ts'
import { type Disposable, toDisposable } from '../../../shared/lang/disposable.ts'
import type { Logger } from '../../../shared/lang/logger.ts'
import type { DockerEngine } from './docker-engine.ts'
import { label, type Owner, ownedBy } from './labels.ts'
import { textLines } from './text-lines.ts'

export interface ContainerChange {
  readonly containerId: string
  readonly podUid: string | undefined
  readonly action: string
}

const actions = ['create', 'start', 'die', 'stop', 'destroy', 'rename', 'pause', 'unpause', 'oom', 'update']
const firstRetryMs = 100
const lastRetryMs = 2000

/**
 * Follows the engine's events of one owner. Events only wake: replay is short and lost when the engine restarts, so
 * `undefined` (anything may have changed) is said after each (re)connect, once the stream stands.
 */
export function followEvents(
  deps: { engine: DockerEngine; owner: Owner; clock: Clock; logger: Logger },
  listener: (change: ContainerChange | undefined) => void,
): Disposable {
  const stop = new AbortController()
  void followLoop(deps, listener, stop.signal)
  return toDisposable(() => stop.abort())
}

async function followLoop(
  { engine, owner, clock, logger }: Parameters<typeof followEvents>[0],
  listener: (change: ContainerChange | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  const filters = { ...ownedBy(owner), type: ['container'], event: actions }
  let retryMs = firstRetryMs
  while (!signal.aborted) {
    try {
      const stream = await engine.events(filters, signal)
      retryMs = firstRetryMs
      listener(undefined)
      for await (const line of textLines(stream)) listener(parseEvent(line))
    } catch (error) {
      if (signal.aborted) return
      logger.debug({ error: String(error) }, 'the event stream of the engine broke')
    }
    if (signal.aborted) return
    listener(undefined)
    await delay(clock, retryMs, signal).catch(() => undefined)
    retryMs = Math.min(retryMs * 2, lastRetryMs)
  }
}

function parseEvent(line: string): ContainerChange | undefined {
  const event = JSON.parse(line) as { Action?: string; Actor?: { ID?: string; Attributes?: Record<string, string> } }
  const containerId = event.Actor?.ID
  if (containerId === undefined) return undefined
  return { containerId, podUid: event.Actor?.Attributes?.[label.podUid], action: event.Action ?? '' }
}
