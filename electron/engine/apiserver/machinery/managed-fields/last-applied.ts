import { goJson } from '../../../../../shared/api/go-text.ts'
import { isJsonObject } from '../go-value.ts'
import { type JsonObject, JsonSyntaxError, parseJson, plainJson } from '../json-text.ts'
import type { FieldSet } from './field-set.ts'
import type { MergeType } from './merge-schema.ts'
import { compareValues, toFieldSet } from './typed-value.ts'

/** The annotation in which kubectl's client-side apply keeps what it applied. */
const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration'

/** What the live object still has as kubectl last applied it: kubectl may take that over. */
export function allowedByLastApplied(type: MergeType, live: JsonObject, apiVersion: string): FieldSet | undefined {
  const text = annotationsOf(live)?.[ANNOTATION]
  if (typeof text !== 'string' || text === '') return undefined
  const last = tryParse(text)
  if (!isJsonObject(last) || last.apiVersion !== apiVersion) return undefined
  const { modified, added, removed } = compareValues(type, last, live)
  return toFieldSet(type, last).difference(modified).difference(added).difference(removed)
}

/** Keeps the annotation, where there is one, true to what was applied. */
export function withLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  const annotations = annotationsOf(object)
  if (!annotations?.[ANNOTATION]) return object
  const metadata = object.metadata as JsonObject
  const text = `${goJson(withoutAnnotation(applied))}\n`
  return { ...object, metadata: { ...metadata, annotations: { ...annotations, [ANNOTATION]: text } } }
}

function withoutAnnotation(applied: JsonObject): JsonObject {
  const annotations = annotationsOf(applied)
  if (annotations === undefined) return sorted(applied) as JsonObject
  const { [ANNOTATION]: _, ...rest } = annotations
  return sorted({ ...applied, metadata: { ...(applied.metadata as JsonObject), annotations: rest } }) as JsonObject
}

/** Keys in order, as Go writes maps. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  )
}

function annotationsOf(object: JsonObject): JsonObject | undefined {
  const { metadata } = object
  const annotations = isJsonObject(metadata) ? metadata.annotations : undefined
  return isJsonObject(annotations) ? annotations : undefined
}

function tryParse(text: string): unknown {
  try {
    return plainJson(parseJson(text).value)
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined
    throw error
  }
}
