import { invariant } from '../../../../shared/lang/invariant.ts'
import type { ApiServer } from '../api-server.ts'
import { createReview } from '../auth/reviews.ts'
import { newNotFound } from '../machinery/api-errors.ts'
import { createSubresource } from '../registry/subresources.ts'
import { answer } from './answer.ts'
import { decodeBody } from './decode-body.ts'
import type { Exchange } from './exchange.ts'
import { writeQuery } from './query-options.ts'
import { readBody } from './request-body.ts'
import type { ResourcePath } from './request-info.ts'

/** Resources that are answered without being stored. */
const VIRTUAL: ReadonlySet<string> = new Set([
  'bindings',
  'componentstatuses',
  'tokenreviews.authentication.k8s.io',
  'selfsubjectreviews.authentication.k8s.io',
  'subjectaccessreviews.authorization.k8s.io',
  'localsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
])

export function isVirtual(at: ResourcePath): boolean {
  return VIRTUAL.has(at.resource.qualified)
}

/** Asked by a write of which nothing is kept. */
export function isReview(at: ResourcePath): boolean {
  return isVirtual(at) && at.resource.qualified !== 'bindings'
}

export async function answerVirtual(apiServer: ApiServer, exchange: Exchange, at: ResourcePath): Promise<void> {
  const answers = { ...exchange.answers, accepted: exchange.accepted }
  if (at.resource.resource === 'componentstatuses') {
    if (at.name !== '') throw newNotFound({ group: '', resource: 'componentstatus' }, at.name)
    answer(exchange.response, 200, { kind: 'ComponentStatusList', apiVersion: 'v1', metadata: {}, items: [] }, answers)
    return
  }
  const query = writeQuery(exchange.query, 'CreateOptions')
  const body = await readBody(exchange.request)
  const object = decodeBody(apiServer.context, exchange, { resource: at.resource, subresource: '', query, body })
  const { user, warnings } = exchange
  const { dryRun, fieldManager } = query
  const { namespace } = at
  const call = { user, resource: at.resource, subresource: '', namespace, name: '', dryRun, fieldManager, warnings }
  if (at.resource.resource === 'bindings') {
    const pods = apiServer.context.registry.find('', 'v1', 'pods')
    invariant(pods, 'pods are served')
    const binding = { ...call, resource: pods, subresource: 'binding', name: object.metadata?.name ?? '' }
    answer(exchange.response, 201, await createSubresource(apiServer.context, binding, object), answers)
    return
  }
  answer(exchange.response, 201, await createReview(apiServer.context, { call, object }), answers)
}
