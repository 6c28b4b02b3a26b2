import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkVectors, loadVectors, type Vector } from '../../../../test/support/vectors.ts'
import { applyJsonPatch } from './json-patch.ts'
import { type JsonObject, JsonSyntaxError, NumberText, parseJson } from './json-text.ts'
import { applyMergePatch, PatchError } from './merge-patch.ts'
import { objectType } from './schema.ts'
import { applyStrategicMergePatch } from './strategic-merge-patch.ts'

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !(value instanceof NumberText)) {
    for (const item of Object.values(value)) freeze(item)
    Object.freeze(value)
  }
  return value
}

/** The result as a value, or the error's text. */
function attempt(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    if (error instanceof PatchError || error instanceof JsonSyntaxError) return error.message
    throw error
  }
}

const read = (text: string) => freeze(parseJson(text).value)

describe('patch vectors', () => {
  it('JSON merge patch', () => {
    checkVectors('json-merge-patch', loadVectors('json-merge-patch'), (v) => {
      const broken = attempt(() => read(v.patch)) === 'unexpected end of JSON input'
      const actual = attempt(() => applyMergePatch(read(v.original), broken ? null : read(v.patch)))
      return [actual, v.err ?? read(v.result)]
    })
  })

  it('JSON patch', () => {
    checkVectors('json-patch', loadVectors('json-patch'), (v) => [
      attempt(() => applyJsonPatch(read(v.original), read(v.patch))),
      v.err ?? v.decodeErr ?? read(v.result),
    ])
  })

  it('strategic merge patch', () => {
    checkVectors('strategic-merge-patch', loadVectors('strategic-merge-patch', numberTexts), (v: Vector) => [
      numbers(attempt(() => applyStrategicMergePatch(objectType(v.type), freeze(v.original), freeze(v.patch)))),
      v.err ?? numbers(v.result),
    ])
  })
})

/** The value with number texts as numbers, which the server's next step reads. */
function numbers(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, own) => (own instanceof NumberText ? Number(own.text) : own)))
}

/** Reads the vectors with number texts kept, as request bodies are. */
function numberTexts(text: string): Vector[] {
  return parseJson(text).value as Vector[]
}

describe('patch properties', () => {
  const labels = fc.dictionary(fc.stringMatching(/^[a-c]$/), fc.oneof(fc.constantFrom('x', 'y'), fc.constant(null)))
  const configMap = objectType('io.k8s.api.core.v1.ConfigMap')

  it('merging and strategic merging agree on maps without directives, and never change their input', () => {
    fc.assert(
      fc.property(labels, labels, (original, patch) => {
        const before = freeze({
          data: Object.fromEntries(Object.entries(original).filter(([, value]) => value !== null)),
        })
        const change = freeze({ data: patch })
        expect(applyStrategicMergePatch(configMap, before, change)).toEqual(applyMergePatch(before, change))
      }),
    )
  })

  it('an empty merge patch answers the very same object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (original) => applyMergePatch(original, {}) === original),
    )
  })

  it('a JSON patch that adds and removes again changes nothing', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.integer()), (original) => {
        const patch = [
          { op: 'add', path: '/A~1B', value: { x: 1 } },
          { op: 'add', path: '/A~1B/y', value: 2 },
          { op: 'remove', path: '/A~1B' },
        ]
        expect(applyJsonPatch(freeze(original) as JsonObject, patch)).toEqual(original)
      }),
    )
  })
})
