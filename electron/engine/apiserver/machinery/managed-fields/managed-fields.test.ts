import { describe, expect, it } from 'vitest'
import { isApiError } from '../../../../../shared/api/status.ts'
import { loadVectors, type Vector } from '../../../../../test/support/vectors.ts'
import { type JsonObject, NumberText } from '../json-text.ts'
import { parseApiVersion, typeOf } from '../schema.ts'
import { resetFilter } from './field-filter.ts'
import { FieldManager } from './field-manager.ts'
import { DEDUCED, mergeTypeOf } from './merge-schema.ts'

const OLD = '2001-01-01T00:00:00Z'
const NOW = '2026-01-02T03:04:05Z'

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !(value instanceof NumberText)) {
    for (const item of Object.values(value)) freeze(item)
    Object.freeze(value)
  }
  return value
}

function managerFor(gvk: string, subresource: string, reset: readonly string[] | null | undefined): FieldManager {
  const slash = gvk.lastIndexOf('/')
  const apiVersion = gvk.slice(0, slash).replace(/^\//, '')
  const kind = { ...parseApiVersion(apiVersion), kind: gvk.slice(slash + 1) }
  const type = typeOf(kind)
  const empty = { apiVersion, kind: kind.kind }
  return new FieldManager({
    type: type ? mergeTypeOf(type) : DEDUCED,
    kind,
    subresource,
    filter: resetFilter(reset),
    empty,
  })
}

/** All old times count as equal and old. */
function aged(object: JsonObject): JsonObject {
  const metadata = object.metadata as JsonObject | undefined
  if (!metadata?.managedFields) return object
  const managedFields = (metadata.managedFields as JsonObject[]).map((entry) => ({ ...entry, time: OLD }))
  return { ...object, metadata: { ...metadata, managedFields } }
}

/** The outcome in the form of the vectors. */
function outcomeOf(object: JsonObject): JsonObject {
  const { managedFields, ...metadata } = (object.metadata ?? {}) as JsonObject
  const entries = ((managedFields ?? []) as JsonObject[]).map(({ time, fieldsType: _, ...entry }) => ({
    ...entry,
    ...(time === NOW ? { touched: true } : {}),
    ...(time === undefined ? { noTime: true } : {}),
  }))
  return { live: { ...object, metadata }, managedFields: entries }
}

function runStep(
  object: JsonObject | undefined,
  scenario: Vector,
  step: Vector,
): { object: JsonObject | undefined; outcome: JsonObject } {
  const sub = step.sub ?? ''
  const fields = managerFor(scenario.gvk, sub, scenario.reset?.[sub])
  const slash = scenario.gvk.lastIndexOf('/')
  const apiVersion = scenario.gvk.slice(0, slash).replace(/^\//, '')
  const live = freeze(aged(object ?? { apiVersion, kind: scenario.gvk.slice(slash + 1) }))
  const given = freeze(step.obj)
  try {
    let next = given
    if (step.op === 'update') next = fields.update({ live, next: given, manager: step.manager, now: NOW })
    else if (step.op !== 'put')
      next = fields.apply({
        live,
        applied: given,
        manager: step.manager,
        force: step.op === 'force',
        now: NOW,
      }).object
    return { object: next, outcome: outcomeOf(next) }
  } catch (error) {
    if (!isApiError(error)) throw error
    const err = error.message.replace('Internal error occurred: ', '')
    const causes = error.details?.causes?.map(({ reason, ...cause }) => ({ ...cause, type: reason }))
    return { object, outcome: { err, ...(error.reason === 'Conflict' ? { causes } : {}) } }
  }
}

describe('server-side apply', () => {
  it('agrees with every scenario', () => {
    const scenarios = loadVectors('server-side-apply')
    const differences: unknown[] = []
    for (const scenario of scenarios) {
      let object: JsonObject | undefined
      for (const [index, step] of (scenario.steps as Vector[]).entries()) {
        const result = runStep(object, scenario, step)
        object = result.object
        const expected = step.err
          ? { err: step.err, ...(step.causes ? { causes: step.causes } : {}) }
          : { live: step.live, managedFields: step.managedFields ?? [] }
        try {
          expect(result.outcome).toEqual(expected)
        } catch {
          differences.push({ scenario: scenario.name, index, actual: result.outcome, expected })
          break
        }
      }
    }
    console.log(`server-side-apply: ${scenarios.length - differences.length} of ${scenarios.length} scenarios`)
    expect(differences).toEqual([])
  })
})
