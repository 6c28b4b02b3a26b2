import type { KubeObject } from '../../../../shared/api/object.ts'
import { ApiError } from '../../../../shared/api/status.ts'
import { typedCustom } from '../custom/custom-object.ts'
import { newBadRequest, newInvalid, newNotFound } from '../machinery/api-errors.ts'
import { ConversionError, convertObject } from '../machinery/convert.ts'
import { strictText } from '../machinery/decode.ts'
import { invalid } from '../machinery/field-error.ts'
import { isJsonObject } from '../machinery/go-value.ts'
import { applyJsonPatch } from '../machinery/json-patch.ts'
import { type JsonObject, JsonSyntaxError, parseJson, plainJson } from '../machinery/json-text.ts'
import { applyMergePatch, PatchError } from '../machinery/merge-patch.ts'
import { objectType } from '../machinery/schema.ts'
import { applyStrategicMergePatch } from '../machinery/strategic-merge-patch.ts'
import { parseYaml, YamlSyntaxError } from '../machinery/yaml-text.ts'
import { applyObject, trackApplied } from './field-tracking.ts'
import type { Call, ServerContext } from './server-context.ts'
import { type UpdateResult, updateObject } from './update-object.ts'

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
    if (error instanceof YamlSyntaxError) throw newBadRequest(`error decoding YAML: ${error.message}`)
    if (error instanceof JsonSyntaxError) throw newBadRequest(error.message)
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
  try {
    if (type === 'application/json-patch+json') return applyJsonPatch(original, patch)
    const strategic = type === 'application/strategic-merge-patch+json'
    if (!strategic) return applyMergePatch(original, patch)
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
    if (type === 'application/strategic-merge-patch+json') throw newBadRequest(error.message)
    throw new ApiError('Invalid', 'the server rejected our request due to an error in our request', { details: {} })
  }
}

/** The patched value as a private object of the kind; unknown fields are refused, warned of or dropped as asked. */
function typed(call: Call, patch: PatchRequest, patched: unknown): KubeObject {
  const { kind, groupVersion, type } = call.resource
  const { fieldValidation } = patch
  if (type === '') return typedCustom(call.resource, patched, { fieldValidation, warnings: call.warnings })
  try {
    const { value, strictErrors } = convertObject(objectType(type), plainJson(patched))
    if (strictErrors.length > 0 && patch.fieldValidation === 'Strict') throw newBadRequest(strictText(strictErrors))
    if (patch.fieldValidation === 'Warn') call.warnings.push(...strictErrors)
    const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = value as unknown as KubeObject
    return { kind, apiVersion: groupVersion, metadata: metadata ?? {}, ...rest }
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error
    const shown = JSON.stringify(plainJson(patched))
    throw newInvalid({ group: '', kind: '' }, '', [invalid('patch', shown, error.message)])
  }
}
