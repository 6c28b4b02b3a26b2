import { ownMember } from '../../../../shared/lang/own-member.ts'
import { setMember } from '../../../../shared/lang/set-member.ts'
import { isJsonObject } from './go-value.ts'
import type { JsonObject } from './json-text.ts'

/** A patch that does not apply, in the words of Kubernetes' patch libraries. */
export class PatchError extends Error {}

/** RFC 7386. The result shares what did not change with `original`; neither argument is changed. */
export function applyMergePatch(original: unknown, patch: unknown): unknown {
  if (Array.isArray(patch)) return patch
  if (!isJsonObject(patch)) throw new PatchError('Invalid JSON Patch')
  return merge(isJsonObject(original) ? original : {}, patch)
}

function merge(original: JsonObject, patch: JsonObject): JsonObject {
  let result = original
  for (const key in patch) {
    const value = patch[key]
    const own = ownMember(original, key)
    if (value === null) {
      if (own === undefined) continue
      if (result === original) result = { ...original }
      delete result[key]
      continue
    }
    const merged = isJsonObject(value) ? merge(isJsonObject(own) ? own : {}, value) : value
    if (merged === own) continue
    if (result === original) result = { ...original }
    setMember(result, key, merged)
  }
  return result
}
