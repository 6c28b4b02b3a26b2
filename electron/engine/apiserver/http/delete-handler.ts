import { newBadRequest, newInvalid } from '../machinery/api-errors.ts'
import { decodeBody } from '../machinery/decode.ts'
import { type FieldError, invalid, notSupported } from '../machinery/field-error.ts'
import { deleteCollection } from '../registry/delete-collection.ts'
import { type DeleteRequest, deleteObject } from '../registry/delete-object.ts'
import { listPage } from '../registry/list-page.ts'
import { createSelection } from '../registry/selection.ts'
import type { Call, ServerContext } from '../registry/server-context.ts'
import { answer, answerBytes } from './answer.ts'
import { bodyFormat, decodeEnvelope } from './decode-body.ts'
import { inVersion, listPieces } from './encode.ts'
import type { Exchange } from './exchange.ts'
import { dryRunErrors, listOptions, validateListOptions } from './query-options.ts'
import { readBody } from './request-body.ts'

interface DeleteOptionsBody {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: DeleteRequest['propagationPolicy']
  readonly orphanDependents?: boolean
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly dryRun?: readonly string[]
}

/** Where Kubernetes registers the options of requests: its messages name it. */
const OPTIONS_SCHEME = 'k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27'

/** Kinds whose removal answers the object and not a Status. */
const RETURNS_OBJECT: ReadonlySet<string> = new Set([
  'pods',
  'services',
  'serviceaccounts',
  'persistentvolumes',
  'persistentvolumeclaims',
  'podtemplates',
  'resourcequotas',
  'deviceclasses.resource.k8s.io',
  'resourceclaims.resource.k8s.io',
  'resourceclaimtemplates.resource.k8s.io',
  'resourceslices.resource.k8s.io',
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'storageclasses.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
])

/** DELETE of one object: the Status of a removal, or the object that is still being deleted. */
export async function answerDelete(context: ServerContext, exchange: Exchange, call: Call): Promise<void> {
  const { request, dryRun } = await deleteRequest(exchange)
  const { object, removed } = await deleteObject(context, { ...call, dryRun }, request)
  const answers = { ...exchange.answers, accepted: exchange.accepted }
  if (!removed || RETURNS_OBJECT.has(call.resource.storageKey)) {
    answer(exchange.response, 200, inVersion(call.resource, object), answers)
    return
  }
  answer(exchange.response, 200, deletedStatus(call, object.metadata.uid), answers)
}

function deletedStatus(call: Call, uid: string | undefined): unknown {
  const { group, resource } = call.resource
  const details = { name: call.name, ...(group ? { group } : {}), kind: resource, ...(uid ? { uid } : {}) }
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }
}

/** DELETE of a collection: every object that the selectors choose; answers the list as it was. */
export async function answerDeleteCollection(context: ServerContext, exchange: Exchange, call: Call): Promise<void> {
  const { request, dryRun } = await deleteRequest(exchange)
  const options = validateListOptions(listOptions(exchange.query, false))
  const selection = createSelection(call.resource, options)
  const scope = { resource: call.resource, namespace: call.namespace, selection, limit: options.limit }
  const page = listPage(context, scope)
  await deleteCollection(context, { ...call, dryRun }, page.items, request)
  const metadata = { resourceVersion: String(page.revision) }
  const answers = { ...exchange.answers, accepted: exchange.accepted }
  answerBytes(exchange.response, 200, listPieces(call.resource, metadata, page.items), answers)
}

/** DeleteOptions from the body, or from the query when there is no body. */
async function deleteRequest(exchange: Exchange): Promise<{ request: DeleteRequest; dryRun: boolean }> {
  const body = await readBody(exchange.request)
  const options = body.length > 0 ? bodyOptions(exchange, body) : queryOptions(exchange.query)
  const errors = [...propagationErrors(options), ...dryRunErrors(options.dryRun ?? [])]
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors)
  const request = {
    gracePeriodSeconds: options.gracePeriodSeconds,
    propagationPolicy: options.propagationPolicy,
    orphanDependents: options.orphanDependents,
    uid: options.preconditions?.uid,
    resourceVersion: options.preconditions?.resourceVersion,
  }
  return { request, dryRun: (options.dryRun ?? []).length > 0 }
}

function bodyOptions(exchange: Exchange, body: Buffer): DeleteOptionsBody {
  const expected = { group: '', version: 'v1', kind: 'DeleteOptions' }
  const format = bodyFormat(exchange)
  const decoded =
    format === 'protobuf'
      ? decodeEnvelope(body, expected)
      : decodeBody(body, { expected, format, fieldValidation: 'Ignore', optionsScheme: OPTIONS_SCHEME })
  return decoded.object as DeleteOptionsBody
}

function queryOptions(query: URLSearchParams): DeleteOptionsBody {
  const grace = query.get('gracePeriodSeconds')
  const orphan = query.get('orphanDependents')
  const policy = query.get('propagationPolicy')
  if (grace !== null && !/^-?\d+$/.test(grace)) {
    throw newBadRequest(`strconv.ParseInt: parsing ${JSON.stringify(grace)}: invalid syntax`)
  }
  return {
    ...(grace ? { gracePeriodSeconds: Number(grace) } : {}),
    ...(orphan === null ? {} : { orphanDependents: orphan !== 'false' && orphan !== '0' }),
    ...(policy === null ? {} : { propagationPolicy: policy as 'Orphan' }),
    dryRun: query.getAll('dryRun'),
  }
}

function propagationErrors({ orphanDependents, propagationPolicy }: DeleteOptionsBody): FieldError[] {
  const errors: FieldError[] = []
  if (propagationPolicy === undefined) return errors
  if (orphanDependents !== undefined) {
    const why = 'orphanDependents and deletionPropagation cannot be both set'
    errors.push(invalid('propagationPolicy', propagationPolicy, why))
  }
  if (!['Foreground', 'Background', 'Orphan'].includes(propagationPolicy)) {
    errors.push(notSupported('propagationPolicy', propagationPolicy, ['Foreground', 'Background', 'Orphan', 'nil']))
  }
  return errors
}
