import { Readable } from 'node:stream'
import type { Container, Pod } from '../../../shared/api/types/core-v1.ts'
import { exitCodeOf, findContainer, hasEnded } from './pod-containers.ts'
import type { ObservedContainer, ObservedPod, PodRuntime } from './pod-runtime.ts'
import { RuntimeError } from './pod-runtime.ts'

const MAX_LOG_LINES = 80
const MAX_LOG_BYTES = 2048

/** Fetches, once per ended container, what it left in its termination message file (or, if asked for, in its log). */
export async function fetchTerminationMessages(
  runtime: PodRuntime,
  pod: Pod,
  observed: ObservedPod | undefined,
  messages: Map<string, string>,
): Promise<void> {
  for (const container of observed?.containers ?? []) {
    if (!hasEnded(container) || container.error || messages.has(container.id)) continue
    const spec = findContainer(pod, container.name)?.spec
    if (spec) messages.set(container.id, await messageOf(runtime, spec, container))
  }
}

async function messageOf(runtime: PodRuntime, spec: Container, container: ObservedContainer): Promise<string> {
  try {
    const path = spec.terminationMessagePath ?? '/dev/termination-log'
    const message = await runtime.terminationMessage(container.id, path)
    const useLog = spec.terminationMessagePolicy === 'FallbackToLogsOnError' && exitCodeOf(container) !== 0
    return message === '' && useLog ? await logTail(runtime, container.id) : message
  } catch (error) {
    if (error instanceof RuntimeError && error.reason !== 'EngineUnavailable') return ''
    throw error
  }
}

async function logTail(runtime: PodRuntime, id: string): Promise<string> {
  const options = {
    follow: false,
    previous: false,
    timestamps: false,
    tailLines: MAX_LOG_LINES,
    stream: 'All',
  } as const
  const log = await runtime.logs(id, options, new AbortController().signal)
  const chunks = await Readable.from(log).toArray()
  const text = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as Buffer)))
  return text.subarray(Math.max(0, text.length - MAX_LOG_BYTES)).toString()
}
