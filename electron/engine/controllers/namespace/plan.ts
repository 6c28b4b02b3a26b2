import { timestamp } from '../../../../shared/api/timestamp.ts'
import type { NamespaceCondition } from '../../../../shared/api/types/core-v1.ts'

/** What emptying a namespace has found so far. */
export interface Remaining {
  /** Objects left, by "pods." or "deployments.apps". */
  readonly resources: ReadonlyMap<string, number>
  /** Objects left that wait for a finalizer, by finalizer. */
  readonly finalizers: ReadonlyMap<string, number>
  /** Why some contents could not be deleted. */
  readonly failures: readonly string[]
}

interface Verdict {
  readonly type: string
  readonly failed: boolean
  readonly reason: string
  readonly message: string
}

/** The five conditions of a terminating namespace. A condition keeps its transition time as long as its status. */
export function terminatingConditions(
  before: readonly NamespaceCondition[],
  remaining: Remaining,
  now: number,
): NamespaceCondition[] {
  const verdicts = verdictsOf(remaining)
  const others = before.filter(({ type }) => !verdicts.some((verdict) => verdict.type === type))
  const own = verdicts.map(({ type, failed, reason, message }) => {
    const status = failed ? 'True' : 'False'
    const previous = before.find((condition) => condition.type === type)
    const since = previous?.status === status ? previous.lastTransitionTime : timestamp(now)
    return { type, status, lastTransitionTime: since, reason, message }
  })
  return [...others, ...own]
}

function verdictsOf({ resources, finalizers, failures }: Remaining): Verdict[] {
  const content = list(resources, (resource, count) => `${resource} has ${count} resource instances`)
  const waiting = list(finalizers, (finalizer, count) => `${finalizer} in ${count} resource instances`)
  const failed = [...failures].sort().join(', ')
  const verdict = (type: string, ok: [string, string], bad?: [string, string]): Verdict => {
    const [reason, message] = bad ?? ok
    return { type, failed: bad !== undefined, reason, message }
  }
  return [
    verdict('NamespaceDeletionDiscoveryFailure', ['ResourcesDiscovered', 'All resources successfully discovered']),
    verdict('NamespaceDeletionGroupVersionParsingFailure', [
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ]),
    verdict(
      'NamespaceDeletionContentFailure',
      ['ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
      failures.length === 0
        ? undefined
        : ['ContentDeletionFailed', `Failed to delete all resource types, ${failures.length} remaining: ${failed}`],
    ),
    verdict(
      'NamespaceContentRemaining',
      ['ContentRemoved', 'All content successfully removed'],
      content === '' ? undefined : ['SomeResourcesRemain', `Some resources are remaining: ${content}`],
    ),
    verdict(
      'NamespaceFinalizersRemaining',
      ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
      waiting === ''
        ? undefined
        : ['SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${waiting}`],
    ),
  ]
}

function list(counts: ReadonlyMap<string, number>, print: (name: string, count: number) => string): string {
  return [...counts]
    .filter(([, count]) => count > 0)
    .map(([name, count]) => print(name, count))
    .sort()
    .join(', ')
}
