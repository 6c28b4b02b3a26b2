import { isApiError } from '../../../../shared/api/status.ts'
import type { StoredObject } from '../../store/object-store.ts'
import { newBadRequest } from '../machinery/api-errors.ts'
import { ContinueExpired, listPage, type Page, type PageRequest } from '../registry/list-page.ts'
import { createSelection } from '../registry/selection.ts'
import type { ServerContext } from '../registry/server-context.ts'
import { type AnswerOptions, answer, answerBytes } from './answer.ts'
import { type ContinueToken, decodeContinue, encodeContinue } from './continue-token.ts'
import { inVersion, listPieces } from './encode.ts'
import type { Exchange } from './exchange.ts'
import { type ListOptions, listRevision, validateListOptions } from './query-options.ts'
import type { ResourcePath } from './request-info.ts'
import { includeObject, partialMetadata, table, tableRow } from './table.ts'

/** GET of a collection. */
export function answerList(context: ServerContext, exchange: Exchange, at: ResourcePath, options: ListOptions): void {
  const { resource } = at
  const selection = createSelection(resource, { ...options, name: at.name })
  validateListOptions(options)
  const request = {
    resource,
    namespace: at.namespace,
    selection,
    ...(options.continue === '' ? pageStart(options) : continued(options)),
  }
  const page = readPage(context, request, options)
  const metadata: Record<string, unknown> = { resourceVersion: String(page.revision) }
  if (page.next !== undefined) metadata.continue = encodeContinue({ revision: page.revision, start: page.next })
  if (page.remaining) metadata.remainingItemCount = page.remaining
  const how: AnswerOptions = { ...exchange.answers, accepted: exchange.accepted }
  const { as } = exchange.accepted
  if (as === undefined) {
    answerBytes(exchange.response, 200, listPieces(resource, metadata, page.items), how)
    return
  }
  const objects = page.items.map((item: StoredObject) => item.object)
  if (as === 'Table') {
    const include = includeObject(exchange.query)
    const now = context.clock.now()
    answer(
      exchange.response,
      200,
      table(
        resource,
        metadata,
        objects.map((object) => tableRow(resource, object, include, now)),
      ),
      how,
    )
    return
  }
  const items = objects.map((object) => partialMetadata(inVersion(resource, object)))
  const list = { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items }
  answer(exchange.response, 200, list, how)
}

/** What resourceVersion, resourceVersionMatch and limit together ask for (API concepts: "Semantics for get and list"). */
function pageStart(options: ListOptions): Pick<PageRequest, 'at' | 'notOlderThan' | 'limit'> {
  const { resourceVersionMatch: match, limit } = options
  const revision = listRevision(options.resourceVersion)
  if (revision === 0) return { limit: options.resourceVersion === '0' ? 0 : limit }
  if (match === 'Exact' || (match === '' && limit > 0)) return { at: revision, limit }
  return { notOlderThan: revision, limit }
}

function continued(options: ListOptions): Pick<PageRequest, 'at' | 'limit' | 'start'> {
  if (options.resourceVersion !== '' && options.resourceVersion !== '0') {
    decodeContinue(options.continue)
    throw newBadRequest('specifying resource version is not allowed when using continue')
  }
  const token: ContinueToken = decodeContinue(options.continue)
  return { at: token.revision < 0 ? undefined : token.revision, limit: options.limit, start: token.start }
}

function readPage(context: ServerContext, request: PageRequest, options: ListOptions): Page {
  try {
    return listPage(context, request)
  } catch (error) {
    if (options.continue === '' || !isApiError(error, 'Expired')) throw error
    throw new ContinueExpired(encodeContinue({ revision: -1, start: request.start ?? '' }))
  }
}
