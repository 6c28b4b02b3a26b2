import { ApiError } from '../../../../shared/api/status.ts'
import type { ServerContext } from '../registry/server-context.ts'
import type { ResourcePath } from './request-info.ts'
import { isReview } from './virtual-handler.ts'

const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch'])

/** Reads that reach a container: while it is frozen they would only hang. */
const REACHES: ReadonlySet<string> = new Set(['proxy', 'exec', 'attach', 'portforward'])

/** A request for a resource, its verb as the authorizer names it. */
export interface AskedFor {
  readonly verb: string
  readonly at: ResourcePath
  readonly query: URLSearchParams
}

/**
 * Refuses what can't come true while the cluster stands still: nothing would act on a write, nothing would answer in a
 * container. Without a Retry-After header, so that clients say so instead of trying again. The engine's own writes
 * don't come this way.
 */
export function checkNotHeld({ held }: ServerContext, { verb, at, query }: AskedFor): void {
  const why = held()
  if (why === undefined) return
  if (READS.has(verb) && !REACHES.has(at.subresource)) return
  if (!REACHES.has(at.subresource) && keepsNothing(at, query)) return
  throw new ApiError('ServiceUnavailable', why)
}

function keepsNothing(at: ResourcePath, query: URLSearchParams): boolean {
  const isToken = at.resource.qualified === 'serviceaccounts' && at.subresource === 'token'
  return isToken || isReview(at) || query.getAll('dryRun').includes('All')
}
