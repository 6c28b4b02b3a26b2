import type { KubeObject } from '../../../../shared/api/object.ts'
import { newBadRequest, newNotFound } from '../machinery/api-errors.ts'
import { cloneJson } from './json-value.ts'
import type { Call, ServerContext } from './server-context.ts'
import { type UpdateResult, updateObject } from './update-object.ts'

export interface PatchRequest {
  readonly type: string
  readonly body: unknown
  readonly force: boolean
}

export function patchObject(context: ServerContext, call: Call, patch: PatchRequest): Promise<UpdateResult> {
  return updateObject(context, call, (current) => {
    if (current === undefined) throw newNotFound(call.resource, call.name)
    if (patch.type === 'application/json-patch+json') throw newBadRequest('not yet')
    return merge(cloneJson(current), cloneJson(patch.body)) as KubeObject
  })
}

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const merged = (typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {}) as Record<
    string,
    unknown
  >
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name]
    else merged[name] = merge(merged[name], value)
  }
  return merged
}
