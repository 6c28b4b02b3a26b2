import type { KubeObject } from '../../../../shared/api/object.ts'
import { decodeCustom } from '../custom/custom-object.ts'
import { newBadRequest, newUnsupportedMediaType } from '../machinery/api-errors.ts'
import { type Decoded, decodeBody as decodeText, unrecognized } from '../machinery/decode.ts'
import { decodeProtobuf, openEnvelope } from '../machinery/protobuf.ts'
import { ProtobufError } from '../machinery/protobuf-reader.ts'
import { type GroupVersionKind, parseApiVersion, typeOf } from '../machinery/schema.ts'
import type { Resource } from '../registry/resource.ts'
import type { ServerContext } from '../registry/server-context.ts'
import type { Exchange } from './exchange.ts'
import type { WriteQuery } from './query-options.ts'

export interface BodyRequest {
  readonly resource: Resource
  readonly subresource: string
  readonly query: Pick<WriteQuery, 'fieldValidation'>
  readonly body: Buffer
}

const UNKNOWN_FORMAT =
  'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf'

/** The body as a private draft in the version asked for; unknown fields are refused, warned of or dropped as asked. */
export function decodeBody(_context: ServerContext, exchange: Exchange, request: BodyRequest): KubeObject {
  const expected = expectedKind(request)
  const format = bodyFormat(exchange)
  if (request.resource.type === '' && expected.group === request.resource.group) {
    if (format === 'protobuf') throw newUnsupportedMediaType(UNKNOWN_FORMAT)
    const { fieldValidation } = request.query
    return decodeCustom(request.resource, request.body, { format, fieldValidation, warnings: exchange.warnings })
  }
  const decoded =
    format === 'protobuf'
      ? decodeEnvelope(request.body, expected)
      : decodeText(request.body, { expected, format, fieldValidation: request.query.fieldValidation })
  exchange.warnings.push(...decoded.warnings)
  const object = decoded.object as unknown as KubeObject
  const wanted = expected.group === '' ? expected.version : `${expected.group}/${expected.version}`
  if (decoded.kind.group !== expected.group || decoded.kind.version !== expected.version) {
    throw newBadRequest(
      `the API version in the data (${object.apiVersion}) does not match the expected API version (${wanted})`,
    )
  }
  return inOrder(object, expected.kind, wanted)
}

/** Kind, apiVersion and metadata come first: list items are cut out of the stored bytes behind the first two. */
function inOrder(object: KubeObject, kind: string, apiVersion: string): KubeObject {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object
  return { kind, apiVersion, metadata: metadata ?? {}, ...rest }
}

function expectedKind({ resource, subresource }: Pick<BodyRequest, 'resource' | 'subresource'>) {
  const sub = subresource === '' ? undefined : resource.subresources.get(subresource)
  const { group, version, kind } = sub ?? resource
  return { group, version, kind }
}

export function bodyFormat(exchange: Exchange): 'json' | 'yaml' | 'protobuf' {
  const type = (exchange.request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
  if (type === '' || type === 'application/json') return 'json'
  if (type === 'application/yaml') return 'yaml'
  if (type === 'application/vnd.kubernetes.protobuf') return 'protobuf'
  throw newUnsupportedMediaType(UNKNOWN_FORMAT)
}

/** A protobuf body names its kind itself; an unknown one is refused. */
export function decodeEnvelope(body: Buffer, expected: GroupVersionKind): Decoded {
  try {
    const envelope = openEnvelope(body)
    const { group, version } = envelope.apiVersion === '' ? expected : parseApiVersion(envelope.apiVersion)
    const kind = { group, version, kind: envelope.kind || expected.kind }
    const type = typeOf(kind)
    if (type === undefined) {
      throw newBadRequest(`no kind ${JSON.stringify(kind.kind)} is registered for version ${JSON.stringify(version)}`)
    }
    return { object: decodeProtobuf(envelope, type), kind, warnings: [] }
  } catch (error) {
    if (error instanceof ProtobufError) throw newBadRequest(unrecognized(error.message, body, expected))
    throw error
  }
}
