import type { KubeObject } from '../../../../shared/api/object.ts'
import { ApiError } from '../../../../shared/api/status.ts'
import type { Scale } from '../../../../shared/api/types/autoscaling-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import type { StoredObject } from '../../store/object-store.ts'
import type { ApiServer } from '../api-server.ts'
import { newBadRequest } from '../machinery/api-errors.ts'
import { createObject } from '../registry/create-object.ts'
import { checkNotTooLarge } from '../registry/list-page.ts'
import { METRICS_GROUP } from '../registry/metrics-resources.ts'
import { patchObject } from '../registry/patch-object.ts'
import { getStored } from '../registry/read-objects.ts'
import type { Resource } from '../registry/resource.ts'
import { patchScale } from '../registry/scale.ts'
import type { Call, ServerContext } from '../registry/server-context.ts'
import { createSubresource, readSubresource, updateScale } from '../registry/subresources.ts'
import { updateObject } from '../registry/update-object.ts'
import { checkStreamTarget, STREAMED } from '../streams/pod-container.ts'
import { type AnswerOptions, answer, answerBytes } from './answer.ts'
import { decodeBody } from './decode-body.ts'
import { answerDelete, answerDeleteCollection } from './delete-handler.ts'
import { inVersion, objectBytes } from './encode.ts'
import type { Exchange } from './exchange.ts'
import { answerList } from './list-handler.ts'
import { answerMetrics } from './metrics-handler.ts'
import { answerLog } from './pod-log.ts'
import { listOptions, type WriteQuery, watchRevision, writeQuery } from './query-options.ts'
import { readBody } from './request-body.ts'
import type { ResourcePath } from './request-info.ts'
import { includeObject, partialMetadata, table, tableRow } from './table.ts'
import { answerVirtual, isVirtual } from './virtual-handler.ts'
import { answerWatch } from './watch-handler.ts'

const END = Buffer.from('\n')

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** The API verb that is authorized for a request. */
export function resourceVerb(method: string, at: ResourcePath, query: URLSearchParams): string {
  const verb = VERBS[method] ?? ''
  if (at.name !== '') return at.watch && verb === 'get' ? 'watch' : verb
  if (verb === 'delete') return 'deletecollection'
  if (verb !== 'get') return verb
  return at.watch || (query.has('watch') && isWatch(query)) ? 'watch' : 'list'
}

function isWatch(query: URLSearchParams): boolean {
  const value = query.get('watch')
  return value !== '0' && value?.toLowerCase() !== 'false'
}

const DEPRECATED: Readonly<Record<string, string>> = {
  componentstatuses: 'v1 ComponentStatus is deprecated in v1.19+',
  endpoints: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
}

/** Answers an authorized request for a served resource. */
export async function answerResource(apiServer: ApiServer, exchange: Exchange, at: ResourcePath): Promise<void> {
  const { context } = apiServer
  const verb = resourceVerb(exchange.method, at, exchange.query)
  checkSupported(exchange, at, verb)
  const deprecation = DEPRECATED[at.resource.qualified] ?? at.resource.deprecation
  if (deprecation) exchange.warnings.push(deprecation)
  checkName(at.name)
  if (at.resource.group === METRICS_GROUP) return answerMetrics(context, exchange, at)
  if (isVirtual(at)) return answerVirtual(apiServer, exchange, at)
  if (at.resource.storageKey === 'pods' && STREAMED.has(at.subresource)) throw withoutUpgrade(context, exchange, at)
  switch (verb) {
    case 'get':
      return answerGet(context, exchange, at)
    case 'list':
    case 'watch':
      return answerCollection(context, exchange, at)
    case 'create':
      return answerCreate(context, exchange, at)
    case 'update':
      return answerUpdate(context, exchange, at)
    case 'patch':
      return answerPatch(context, exchange, at)
    case 'delete':
      return answerDelete(context, exchange, callFor(exchange, at, {}))
    default:
      return answerDeleteCollection(context, exchange, callFor(exchange, at, {}))
  }
}

/** Streams take over their connection; a request that does not offer it is told what is wrong with it first. */
function withoutUpgrade(context: ServerContext, exchange: Exchange, at: ResourcePath): ApiError {
  const pod = getStored(context, { ...callFor(exchange, at, {}), subresource: '' }).object as Pod
  checkStreamTarget(pod, at.subresource, exchange.query)
  return newBadRequest('Upgrade request required')
}

function checkSupported(exchange: Exchange, at: ResourcePath, verb: string): void {
  const verbs = at.subresource === '' ? at.resource.verbs : at.resource.subresources.get(at.subresource)?.verbs
  const collection = at.name === ''
  const fits = collection
    ? ['list', 'watch', 'create', 'deletecollection'].includes(verb)
    : !(verb === 'create' && at.subresource === '')
  const needsNamespace =
    collection && at.resource.namespaced && at.namespace === '' && verb !== 'list' && verb !== 'watch'
  if (exchange.method === 'HEAD' || !fits || needsNamespace || !verbs?.has(verb)) throw methodNotAllowed()
}

function methodNotAllowed(): ApiError {
  return new ApiError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {
    details: {},
  })
}

function checkName(name: string): void {
  if (name === '.' || name === '..') {
    throw newBadRequest(`Name parameter invalid: ${JSON.stringify(name)}: may not be '${name}'`)
  }
}

function callFor(exchange: Exchange, at: ResourcePath, query: Partial<WriteQuery>): Call {
  return {
    user: exchange.user,
    resource: at.resource,
    subresource: at.subresource,
    namespace: at.namespace,
    name: at.name,
    dryRun: query.dryRun ?? false,
    fieldManager: query.fieldManager || managerOf(exchange),
    warnings: exchange.warnings,
  }
}

/** managerOrUserAgent: what stands before the first slash of the user agent. */
function managerOf(exchange: Exchange): string {
  const agent = exchange.request.headers['user-agent'] ?? ''
  const slash = agent.indexOf('/')
  return (slash < 0 ? agent : agent.slice(0, slash)).slice(0, 128) || 'unknown'
}

function answersOf(exchange: Exchange): AnswerOptions {
  return { ...exchange.answers, accepted: exchange.accepted }
}

function answerGet(context: ServerContext, exchange: Exchange, at: ResourcePath): void | Promise<void> {
  const call = callFor(exchange, at, {})
  const { resource } = at
  if (at.subresource === 'log') return answerLog(exchange, getStored(context, call).object as Pod, context.streams())
  const own = at.subresource === '' || resource.subresources.get(at.subresource)?.kind === resource.kind
  if (!own) {
    answer(exchange.response, 200, readSubresource(context, call), answersOf(exchange))
    return
  }
  checkNotTooLarge(context.store.revision, watchRevision(exchange.query.get('resourceVersion') ?? ''))
  const stored = getStored(context, call)
  if (exchange.accepted.as === undefined) {
    answerBytes(exchange.response, 200, [objectBytes(resource, stored), END], answersOf(exchange))
    return
  }
  answerObject(context, exchange, at, stored.object)
}

/** One object in the version and form asked for. */
function answerObject(
  context: ServerContext,
  exchange: Exchange,
  at: Pick<ResourcePath, 'resource'>,
  object: KubeObject,
  code = 200,
): void {
  const { resource } = at
  const { as } = exchange.accepted
  const stored = as === undefined && resource.conversion === undefined ? storedAs(context, resource, object) : undefined
  if (stored !== undefined) {
    answerBytes(exchange.response, code, [stored.json(), END], answersOf(exchange))
    return
  }
  const answered = inVersion(resource, object)
  let value: unknown = answered
  if (as === 'Table') {
    const row = tableRow(resource, object, includeObject(exchange.query), context.clock.now())
    value = table(resource, { resourceVersion: answered.metadata.resourceVersion }, [row])
  } else if (as) value = partialMetadata(answered)
  answer(exchange.response, code, value, answersOf(exchange))
}

/** What the store holds when it is this very object: its bytes are made already. */
function storedAs({ store }: ServerContext, { storageKey }: Resource, object: KubeObject): StoredObject | undefined {
  const { name = '', namespace = '' } = object.metadata
  const stored = store.get({ resource: storageKey, namespace, name })
  return stored?.object === object ? stored : undefined
}

function answerCollection(context: ServerContext, exchange: Exchange, at: ResourcePath): void {
  const options = listOptions(exchange.query, at.watch)
  if (options.watch) answerWatch(context, exchange, at, options)
  else answerList(context, exchange, at, options)
}

/** Nothing new is made of what is being removed. */
function checkServedForGood({ store }: ServerContext, { resource }: ResourcePath): void {
  if (resource.type !== '') return
  const definition = { resource: DEFINITIONS, namespace: '', name: resource.qualified }
  if (store.get(definition)?.object.metadata.deletionTimestamp === undefined) return
  throw new ApiError('MethodNotAllowed', 'create not allowed while custom resource definition is terminating', {
    details: { group: resource.group, kind: resource.resource },
  })
}

const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io'

async function answerCreate(context: ServerContext, exchange: Exchange, at: ResourcePath): Promise<void> {
  const query = writeQuery(exchange.query, 'CreateOptions')
  const body = await readBody(exchange.request)
  checkServedForGood(context, at)
  const call = callFor(exchange, at, query)
  const draft = decodeBody(context, exchange, { resource: at.resource, subresource: at.subresource, query, body })
  if (at.subresource !== '') {
    answer(exchange.response, 201, await createSubresource(context, call, draft), answersOf(exchange))
    return
  }
  answerObject(context, exchange, at, await createObject(context, call, draft), 201)
}

async function answerUpdate(context: ServerContext, exchange: Exchange, at: ResourcePath): Promise<void> {
  const query = writeQuery(exchange.query, 'UpdateOptions')
  const body = await readBody(exchange.request)
  const call = callFor(exchange, at, query)
  const decode = () =>
    decodeBody(context, exchange, { resource: at.resource, subresource: at.subresource, query, body })
  const first = decode()
  checkBodyName(at, first)
  if (at.subresource === 'scale') {
    answer(
      exchange.response,
      200,
      await updateScale(context, call, () => first as Scale & KubeObject),
      answersOf(exchange),
    )
    return
  }
  let used = false
  const draft = () => {
    const object = used ? decode() : first
    used = true
    at.resource.strategy.defaults?.(object)
    return at.resource.conversion ? at.resource.conversion.toStorage(object) : object
  }
  const { object, created } = await updateObject(context, call, draft)
  answerObject(context, exchange, at, object, created ? 201 : 200)
}

function checkBodyName(at: ResourcePath, object: KubeObject): void {
  const { name } = object.metadata
  if (!name) {
    throw newBadRequest(`the name of the object (${at.name} based on URL) was undeterminable: name must be provided`)
  }
  if (name !== at.name) {
    throw newBadRequest(`the name of the object (${name}) does not match the name on the URL (${at.name})`)
  }
}

const PATCH_TYPES: ReadonlySet<string> = new Set([
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
])

async function answerPatch(context: ServerContext, exchange: Exchange, at: ResourcePath): Promise<void> {
  const type = (exchange.request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
  if (!PATCH_TYPES.has(type)) {
    throw new ApiError('UnsupportedMediaType', '415: Unsupported Media Type', { details: {} })
  }
  const query = writeQuery(exchange.query, 'PatchOptions', type)
  const body = await readBody(exchange.request)
  const call = callFor(exchange, at, query)
  if (at.subresource === 'scale') {
    const scaled = await updateScale(context, call, (scale) => patchScale(scale, type, body))
    answer(exchange.response, 200, scaled, answersOf(exchange))
    return
  }
  const result = await patchObject(context, call, {
    type,
    body,
    force: query.force,
    fieldValidation: query.fieldValidation,
  })
  answerObject(context, exchange, at, result.object, result.created ? 201 : 200)
}
