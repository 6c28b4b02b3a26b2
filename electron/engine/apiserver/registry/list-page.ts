import { ApiError } from '../../../../shared/api/status.ts'
import type { Status } from '../../../../shared/api/types/meta-v1.ts'
import { RevisionCompacted, type StoredObject, storageKey } from '../../store/object-store.ts'
import { newResourceExpired } from '../machinery/api-errors.ts'
import type { Resource } from './resource.ts'
import type { Selection } from './selection.ts'
import type { ServerContext } from './server-context.ts'

export interface PageRequest {
  readonly resource: Resource
  readonly namespace: string
  readonly selection: Selection
  /** Exactly this revision; undefined: the newest. */
  readonly at?: number | undefined
  /** The answer must not be older than this. */
  readonly notOlderThan?: number | undefined
  /** 0: no limit. */
  readonly limit: number
  /** Only keys from here on. */
  readonly start?: string | undefined
}

export interface Page {
  readonly revision: number
  readonly items: readonly StoredObject[]
  /** Where the next page starts. */
  readonly next?: string | undefined
  readonly remaining?: number | undefined
}

/** One consistent page of a list. Throws 410 when the revision is gone, 504 when it lies in the future. */
export function listPage(context: ServerContext, request: PageRequest): Page {
  const { store } = context
  const wanted = request.at ?? request.notOlderThan ?? 0
  checkNotTooLarge(store.revision, wanted)
  const listed = listAt(context, request)
  let { items } = listed
  const { start, selection, limit } = request
  if (start !== undefined) items = items.slice(firstFrom(items, start))
  if (limit <= 0 || items.length <= limit) {
    return { revision: listed.revision, items: selection ? items.filter((item) => selection(item.object)) : items }
  }
  const page: StoredObject[] = []
  let at = 0
  for (; at < items.length && page.length < limit; at++) {
    const item = items[at] as StoredObject
    if (selection === undefined || selection(item.object)) page.push(item)
  }
  if (at >= items.length) return { revision: listed.revision, items: page }
  const next = `${keyIn(request, items[at - 1] as StoredObject)}\0`
  return {
    revision: listed.revision,
    items: page,
    next,
    remaining: selection === undefined ? items.length - at : undefined,
  }
}

function listAt(context: ServerContext, request: PageRequest) {
  const { resource, namespace, at } = request
  try {
    return context.store.list(resource.storageKey, { namespace: namespace || undefined, at })
  } catch (error) {
    if (!(error instanceof RevisionCompacted)) throw error
    throw newResourceExpired('The resourceVersion for the provided list is too old.')
  }
}

/** Continue keys are relative to what is listed, as in etcd: the namespace is left out when it is given. */
function keyIn(request: PageRequest, item: StoredObject): string {
  return request.namespace === '' ? storageKey(item.key) : item.key.name
}

function firstFrom(items: readonly StoredObject[], start: string): number {
  const sample = items[0]
  if (sample === undefined) return 0
  const nameOnly = !start.includes('/')
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    const { key } = items[middle] as StoredObject
    if ((nameOnly ? key.name : storageKey(key)) < start) low = middle + 1
    else high = middle
  }
  return low
}

/** 504: a client asks for a revision that this server has not reached. */
export function checkNotTooLarge(current: number, wanted: number): void {
  if (wanted <= current) return
  throw new ApiError('Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  })
}

/** 410 for a continue token whose revision is gone; carries a token that goes on inconsistently. */
export class ContinueExpired extends ApiError {
  readonly #token: string

  constructor(token: string) {
    super('Expired', CONTINUE_EXPIRED)
    this.#token = token
  }

  override toStatus(): Status {
    return { ...super.toStatus(), metadata: { continue: this.#token } }
  }
}

const CONTINUE_EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.'
