import type { KubeObject } from '../../../../shared/api/object.ts'
import { ApiError } from '../../../../shared/api/status.ts'
import { typedCustom } from '../custom/custom-object.ts'
import { newBadRequest, newInvalid, newNotFound } from '../machinery/api-errors.ts'
import { ConversionError, convertObject } from '../machinery/convert.ts'
import { jsonKind, schemeOf, strictText } from '../machinery/decode.ts'
import { invalid } from '../machinery/field-error.ts'
import { isJsonObject } from '../machinery/go-value.ts'
import { applyJsonPatch } from '../machinery/json-patch.ts'
import { type JsonObject, JsonSyntaxError, parseJson, plainJson } from '../machinery/json-text.ts'
import { applyMergePatch, PatchError } from '../machinery/merge-patch.ts'
import { objectType } from '../machinery/schema.ts'
import { applyStrategicMergePatch } from '../machinery/strategic-merge-patch.ts'
import { parseYaml, YamlSyntaxError } from '../machinery/yaml-text.ts'
import { applyObject, trackApplied } from './field-tracking.ts'
import { metaRulesOf } from './meta-rules.ts'
import type { Call, ServerContext } from './server-context.ts'
import { type UpdateResult, updateObject } from './update-object.ts'

const JSON_PATCH = 'application/json-patch+json'
const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json'

export interface PatchRequest {
  readonly type: string
  /** The bytes of a request, or a value from a client in the same process. */
  readonly body: Uint8Array | unknown
  readonly force: boolean
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict'
}

/** PATCH: the patch is applied to the newest state, in the version asked for, and the result goes the way of an update. */
export function patchObject(context: ServerContext, call: Call, patch: PatchRequest): Promise<UpdateResult> {
  const parsed = parsePatch(patch)
  if (patch.type === 'application/apply-patch+yaml') return serverSideApply(context, call, patch, parsed)
  return updateObject(context, call, (current) => {
    if (current === undefined) throw newNotFound(call.resource, call.name)
    const { resource } = call
    const original = resource.conversion ? resource.conversion.fromStorage(current) : current
    const patched = apply(call, patch.type, original, parsed)
    const object = typed(call, patch, patched)
    checkUid(call, object, current)
    resource.strategy.defaults?.(object)
    return resource.conversion ? resource.conversion.toStorage(object) : object
  })
}

/** Server-side apply: creates what is not there, and leaves out the write when nothing changes. */
function serverSideApply(
  context: ServerContext,
  call: Call,
  patch: PatchRequest,
  applied: unknown,
): Promise<UpdateResult> {
  const { resource } = call
  if (!isJsonObject(applied)) throw newBadRequest('error decoding YAML: the body is no object')
  const draft = (current: KubeObject | undefined) => {
    if (current === undefined && call.subresource !== '') throw newNotFound(resource, call.name)
    const versioned = current && resource.conversion ? resource.conversion.fromStorage(current) : current
    const object = applyObject(context, call, versioned, { applied, force: patch.force })
    if (object === undefined) return undefined
    resource.strategy.defaults?.(object)
    return resource.conversion ? resource.conversion.toStorage(object) : object
  }
  return updateObject(context, call, draft, { createMissing: true, track: trackApplied })
}

function parsePatch({ body, type }: PatchRequest): unknown {
  if (!(body instanceof Uint8Array)) return body
  const text = Buffer.from(body).toString()
  try {
    if (type === 'application/apply-patch+yaml') return parseApplied(text)
    return parseJson(text).value
  } catch (error) {
    if (error instanceof YamlSyntaxError) {
      throw newBadRequest(`error decoding YAML: error converting YAML to JSON: ${error.message}`)
    }
    if (error instanceof JsonSyntaxError) {
      throw newBadRequest(type === JSON_PATCH ? error.message : `error decoding patch: ${error.message}`)
    }
    throw error
  }
}

/** Clients mostly send JSON, which is YAML too but read far faster as what it is. */
function parseApplied(text: string): unknown {
  if (!text.startsWith('{')) return parseYaml(text).value
  try {
    const { value, duplicates } = parseJson(text)
    if (duplicates === undefined) return value
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
  }
  return parseYaml(text).value
}

function apply(call: Call, type: string, original: KubeObject, patch: unknown): unknown {
  checkShape(type, patch)
  try {
    if (type === JSON_PATCH) return applyJsonPatch(original, patch)
    if (type !== STRATEGIC_MERGE_PATCH) return applyMergePatch(original, patch)
    if (call.resource.type === '') {
      throw new ApiError(
        'UnsupportedMediaType',
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
      )
    }
    return applyStrategicMergePatch(
      objectType(call.resource.type),
      original as unknown as JsonObject,
      patch as JsonObject,
    )
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    if (type === STRATEGIC_MERGE_PATCH) throw strategicError(error.message)
    throw new ApiError('Invalid', 'the server rejected our request due to an error in our request', { details: {} })
  }
}

/** A patch is decoded before it is applied: as a list of operations, or as an object. */
function checkShape(type: string, patch: unknown): void {
  const isList = type === JSON_PATCH
  if (isList ? Array.isArray(patch) : patch === null || isJsonObject(patch)) return
  const target = isList ? '[]handlers.jsonPatchOp' : 'map[string]interface {}'
  throw newBadRequest(`error decoding patch: json: cannot unmarshal ${jsonKind(patch)} into Go value of type ${target}`)
}

/** Malformed directives are the client's fault; Kubernetes passes on all else that its patch library says as it is. */
function strategicError(message: string): ApiError {
  return message.startsWith('invalid patch format') ? newBadRequest(message) : new ApiError('', message)
}

/** The patched value as a private object of the kind; unknown fields are refused, warned of or dropped as asked. */
function typed(call: Call, patch: PatchRequest, patched: unknown): KubeObject {
  const { kind, groupVersion, type } = call.resource
  const { fieldValidation } = patch
  if (type === '') return typedCustom(call.resource, patched, { fieldValidation, warnings: call.warnings })
  checkKind(call, patched)
  try {
    const { value, strictErrors } = convertObject(objectType(type), plainJson(patched))
    if (strictErrors.length > 0 && fieldValidation === 'Strict') throw invalidPatch(patched, strictText(strictErrors))
    if (fieldValidation === 'Warn') call.warnings.push(...strictErrors)
    const { kind: _kind, apiVersion: _apiVersion, metadata = {}, ...rest } = value as unknown as KubeObject
    // An empty list says that nobody owns anything any more; none at all would say nothing.
    const given = (patched as Partial<KubeObject>).metadata?.managedFields
    if (Array.isArray(given) && given.length === 0) metadata.managedFields = []
    return { kind, apiVersion: groupVersion, metadata, ...rest }
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error
    throw invalidPatch(patched, error.message)
  }
}

function invalidPatch(patched: unknown, why: string): ApiError {
  return newInvalid({ group: '', kind: '' }, '', [invalid('patch', JSON.stringify(plainJson(patched)), why)])
}

/** A patch cannot make another kind of an object. */
function checkKind({ resource }: Call, patched: unknown): void {
  const { kind, apiVersion } = patched as Partial<KubeObject>
  if (kind === undefined || apiVersion !== resource.groupVersion || kind === resource.kind) return
  const scheme = schemeOf(resource.group)
  throw invalidPatch(patched, `no kind "${kind}" is registered for version "${apiVersion}" in scheme "${scheme}"`)
}

/** rest.BeforeUpdate says that a UID stays, and the rules of most kinds once more. */
function checkUid({ resource, name }: Call, object: KubeObject, current: KubeObject): void {
  const { uid } = object.metadata
  if (!uid || uid === current.metadata.uid) return
  const error = invalid('metadata.uid', uid, 'field is immutable')
  const times = 1 + metaRulesOf(resource.storage, '').updates
  throw newInvalid(
    resource,
    name,
    Array.from({ length: times }, () => error),
  )
}
