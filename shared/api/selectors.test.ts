import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkVectors, loadVectors, type Vector } from '../../test/support/vectors.ts'
import { formatFieldSelector, matchesFields, parseFieldSelector } from './field-selector.ts'
import {
  formatLabelSelector,
  labelSelectorRequirements,
  matchesRequirements,
  parseLabelSelector,
  type Requirement,
  SelectorError,
} from './label-selector-text.ts'
import * as names from './names.ts'

function attempt<T>(run: () => T): T | string {
  try {
    return run()
  } catch (error) {
    if (error instanceof SelectorError) return error.message
    throw error
  }
}

function labelOutcome(requirements: Requirement[] | string | undefined, sets: Vector[]): unknown {
  if (typeof requirements === 'string') return { err: requirements }
  return {
    canonical: formatLabelSelector(requirements ?? []),
    matches: sets.map((set) => requirements !== undefined && matchesRequirements(requirements, set)),
  }
}

describe('selector vectors', () => {
  it('label selectors', () => {
    const [first, ...vectors] = loadVectors('label-selector')
    checkVectors('label-selector', vectors, (v) => {
      const isText = 'in' in v
      const parsed = attempt(() => (isText ? parseLabelSelector(v.in) : labelSelectorRequirements(v.labelSelector)))
      const expected = v.err ? { err: v.err } : { canonical: v.canonical, matches: v.matches }
      const outcome = labelOutcome(parsed, first?.sets)
      if (!isText || v.err || typeof parsed === 'string') return [outcome, expected]
      const requirements = parsed?.map(({ key, operator, values }) => ({ key, op: operator, values }))
      return [
        { outcome, requirements },
        { outcome: expected, requirements: v.requirements },
      ]
    })
  })

  it('field selectors', () => {
    const [first, ...vectors] = loadVectors('field-selector')
    checkVectors('field-selector', vectors, (v) => {
      const parsed = attempt(() => parseFieldSelector(v.in))
      if (typeof parsed === 'string') return [parsed, v.err]
      const actual = {
        canonical: formatFieldSelector(parsed),
        requirements: parsed.map(({ field, operator, value }) => ({ field, op: operator, value })),
        matches: first?.sets.map((set: Vector) => matchesFields(parsed, set)),
      }
      return [actual, { canonical: v.canonical, requirements: v.requirements, matches: v.matches }]
    })
  })

  it('names', () => {
    const [first, ...vectors] = loadVectors('names')
    const messages: string[] = first?.messages
    const functions: Record<string, (value: string) => string[]> = {
      ...(names as unknown as Record<string, (value: string) => string[]>),
      nameIsDNSLabelPrefix: (value) => names.nameIsDNSLabel(value, true),
      nameIsDNSSubdomain: (value) => names.nameIsDNSSubdomain(value, false),
    }
    checkVectors('names', vectors, (v) => {
      if ('portNum' in v) return [names.portNumber(v.portNum), v.msgs.map((i: number) => messages[i])]
      const actual = Object.fromEntries(first?.functions.map((name: string) => [name, functions[name]?.(v.in)]))
      const expected = Object.fromEntries(
        first?.functions.map((name: string) => [name, (v.bad[name] ?? []).map((i: number) => messages[i])]),
      )
      return [actual, expected]
    })
  })
})

describe('selector properties', () => {
  const key = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/)
  const value = fc.stringMatching(/^[a-z0-9]{1,4}$/)
  const clause = fc.oneof(
    fc.tuple(key, value).map(([k, v]) => `${k}=${v}`),
    fc.tuple(key, value).map(([k, v]) => `${k}!=${v}`),
    fc.tuple(key, fc.array(value, { minLength: 1, maxLength: 3 })).map(([k, v]) => `${k} notin (${v.join(', ')})`),
    key.map((k) => `!${k}`),
  )

  it('the canonical text selects the same and is canonical', () => {
    fc.assert(
      fc.property(fc.array(clause, { maxLength: 4 }), fc.dictionary(key, value), (clauses, labels) => {
        const parsed = parseLabelSelector(clauses.join(','))
        const text = formatLabelSelector(parsed)
        const again = parseLabelSelector(text)
        expect(formatLabelSelector(again)).toBe(text)
        expect(matchesRequirements(again, labels)).toBe(matchesRequirements(parsed, labels))
      }),
    )
  })

  it('a field selector of any value finds that value', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const selector = formatFieldSelector([{ field: 'f', operator: '=', value: text }])
        expect(matchesFields(parseFieldSelector(selector), { f: text })).toBe(true)
      }),
    )
  })
})
