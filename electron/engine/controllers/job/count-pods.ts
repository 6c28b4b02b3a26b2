import { isPodActive } from '../../../../shared/api/pod-state.ts'
import type { Job } from '../../../../shared/api/types/batch-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { indexOf, isIndexed } from './completion-index.ts'
import { judgeFailure } from './failure-policy.ts'
import { failuresByIndex, type IndexFailures } from './index-failures.ts'
import { parseIndexes } from './indexes.ts'
import { hasFailed, isTerminating } from './pod-end.ts'
import { TRACKING } from './tracking.ts'

export interface JobCount {
  /** Pods that will run on, or will start. */
  readonly active: readonly Pod[]
  /** Asked to end, and not over yet. */
  readonly terminating: readonly Pod[]
  readonly succeeded: number
  readonly failed: number
  /** Uids that count and are still held by their finalizer. */
  readonly uncounted: { readonly succeeded: readonly string[]; readonly failed: readonly string[] }
  readonly succeededIndexes: ReadonlySet<number>
  readonly failedIndexes: ReadonlySet<number>
  readonly failures: ReadonlyMap<number, IndexFailures>
  readonly release: readonly Pod[]
  /** Uids of failed pods that were not counted before, also those that the failure policy ignores. */
  readonly newlyFailed: readonly string[]
  /** Why the failure policy ends the whole Job. */
  readonly failsJob: string | undefined
}

/** Each finished pod counts once: first by uid among the uncounted, then, when nothing holds it any more, as a number. */
export function countPods(job: Job, pods: readonly Pod[], now: number): JobCount {
  const before = job.status?.uncountedTerminatedPods ?? {}
  const held = new Map(
    pods.filter(({ metadata }) => metadata.finalizers?.includes(TRACKING)).map((pod) => [pod.metadata.uid ?? '', pod]),
  )
  const known = new Set([...(before.succeeded ?? []), ...(before.failed ?? [])])
  const fresh = [...held].filter(([uid]) => !known.has(uid)).map(([, pod]) => pod)
  const succeededNow = fresh.filter(({ status }) => status?.phase === 'Succeeded')
  const ended = fresh.filter((pod) => pod.status?.phase !== 'Succeeded' && hasFailed(job, pod))
  const failedNow = ended.filter((pod) => judgeFailure(job, pod).counts)
  const stillHeld = (uids: readonly string[] = []) => uids.filter((uid) => held.has(uid))
  const uncounted = {
    succeeded: [...stillHeld(before.succeeded), ...succeededNow.map(uidOf)],
    failed: [...stillHeld(before.failed), ...failedNow.map(uidOf)],
  }
  const succeededIndexes = indexesOf(job, job.status?.completedIndexes, succeededNow)
  const failures = failuresByIndex(job, pods, now)
  const failedIndexes = indexesOf(job, job.status?.failedIndexes, [])
  for (const [index, { isFinal }] of failures) if (isFinal && !succeededIndexes.has(index)) failedIndexes.add(index)
  const numbers = (job.status?.succeeded ?? 0) + (before.succeeded?.length ?? 0) + succeededNow.length
  const active = pods.filter(isPodActive)
  const counted = [...uncounted.succeeded, ...uncounted.failed].flatMap((uid) => held.get(uid) ?? [])
  const ignored = ended.filter((pod) => !failedNow.includes(pod))
  const isCarrier = carriers({ active, failures, done: [succeededIndexes, failedIndexes] })
  return {
    active,
    terminating: pods.filter(isTerminating),
    succeeded: isIndexed(job) ? succeededIndexes.size : numbers,
    failed: (job.status?.failed ?? 0) + (before.failed?.length ?? 0) + failedNow.length,
    uncounted,
    succeededIndexes,
    failedIndexes,
    failures,
    release: [...counted, ...ignored].filter((pod) => !isCarrier(pod)),
    newlyFailed: ended.map(uidOf),
    failsJob: pods.filter((pod) => hasFailed(job, pod)).flatMap((pod) => judgeFailure(job, pod).failsJob ?? [])[0],
  }
}

/** A failed pod is held until a newer pod of its index carries its numbers on, or the index needs none. */
function carriers({
  active,
  failures,
  done,
}: {
  active: readonly Pod[]
  failures: ReadonlyMap<number, IndexFailures>
  done: readonly ReadonlySet<number>[]
}): (pod: Pod) => boolean {
  const running = new Set(active.map(indexOf))
  return (pod) => {
    const index = indexOf(pod)
    if (index === undefined || failures.get(index)?.last !== pod) return false
    return !running.has(index) && !done.some((indexes) => indexes.has(index))
  }
}

/** A Job that has become smaller has lost its higher indexes. */
function indexesOf(job: Job, text: string | undefined, pods: readonly Pod[]): Set<number> {
  const { completions = 0 } = job.spec ?? {}
  const found = [...parseIndexes(text), ...pods.map(indexOf)]
  return new Set(found.filter((index) => index !== undefined && index < completions) as number[])
}

function uidOf({ metadata }: Pod): string {
  return metadata.uid ?? ''
}
