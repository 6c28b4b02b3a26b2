import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isApiError } from '../../../../shared/api/status.ts'
import { checkVectors, loadGolden, loadVectors, type Vector } from '../../../../test/support/vectors.ts'
import { convertObject } from './convert.ts'
import { decodeBody } from './decode.ts'
import { objectType, parseApiVersion } from './schema.ts'

const create = new URL('../../../../test/fixtures/golden/create/', import.meta.url)

/** `[["set", pointer, value], ["del", pointer], ["add", pointer of a list, value]]` on a copy. */
function mutate(object: Vector, patch: readonly [string, string, unknown][]): unknown {
  let root: Vector = structuredClone(object)
  for (const [op, pointer, raw] of patch) {
    const path = pointer
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    const value = expand(raw)
    const last = op === 'add' ? undefined : path.pop()
    if (op === 'set' && last === undefined) {
      root = value as Vector
      continue
    }
    let target: Vector = root
    path.forEach((key, i) => {
      target[key] ??= op === 'add' && i === path.length - 1 ? [] : {}
      target = target[key]
    })
    if (op === 'add') target.push(value)
    else if (op === 'set') target[last as string] = value
    else if (Array.isArray(target)) target.splice(Number(last), 1)
    else delete target[last as string]
  }
  return root
}

/** A long repeated text is written `{"$repeat": [unit, count, tail?, head?]}`. */
function expand(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(expand)
  const repeat = (value as Vector).$repeat
  if (Array.isArray(repeat)) return `${repeat[3] ?? ''}${repeat[0].repeat(repeat[1])}${repeat[2] ?? ''}`
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expand(item)]))
}

function decodeError(
  text: string,
  expected: { group: string; version: string; kind: string },
  format: 'json' | 'yaml',
  strict = true,
): string | undefined {
  try {
    decodeBody(Buffer.from(text), { expected, format, fieldValidation: strict ? 'Strict' : 'Ignore' })
    return undefined
  } catch (error) {
    if (!isApiError(error, 'BadRequest')) throw error
    // recorded answers have their times replaced
    return error.message.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
  }
}

const isDecodingAnswer = (response: Vector) =>
  response.code === 400 && /cannot be handled|unrecognized/.test(response.err.message)
const recorded = (message: string) => message.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')

describe('decoding', () => {
  it('answers recorded creates as the API server did: what it refused to decode, and nothing else', () => {
    const bases = new Map(loadGolden('bases.json').map((base) => [base.id, base.request]))
    const cases = readdirSync(create).flatMap((file) => loadGolden(`create/${file}`))
    checkVectors('decoding of recorded creates', cases, (c) => {
      const { body } = bases.get(c.base)
      const expected = { ...parseApiVersion(body.apiVersion), kind: body.kind }
      const text = c.rawBody ?? JSON.stringify(mutate(body, c.patch))
      const wanted = isDecodingAnswer(c.response) ? recorded(c.response.err.message) : undefined
      return [decodeError(text, expected, 'json'), wanted]
    })
  })

  it('answers recorded raw bodies, JSON and YAML, in the same words', () => {
    const bodies = loadGolden('requests/body.json')
      .map((c) => c.steps[0])
      .filter(
        (step) =>
          step.request.path.endsWith('/configmaps') &&
          step.response.code !== 415 &&
          !step.response.code.toString().startsWith('2'),
      )
    checkVectors('recorded bodies', bodies, ({ request, response }) => {
      const format = request.contentType?.includes('yaml') ? 'yaml' : 'json'
      const wanted = isDecodingAnswer(response) ? response.err.message : undefined
      const kind = { group: '', version: 'v1', kind: 'ConfigMap' }
      return [decodeError(request.rawBody, kind, format, request.query.includes('Strict')), wanted]
    })
  })

  it('makes values canonical and leaves the input alone', () => {
    const input = Object.freeze({
      metadata: { name: 'a', labels: {}, creationTimestamp: null },
      spec: {
        containers: [{ name: 'c', resources: { requests: { cpu: '1000m', memory: 1024 } }, command: [] }],
        nodeName: '',
      },
    })
    expect(convertObject(objectType('io.k8s.api.core.v1.Pod'), input).value).toEqual({
      metadata: { name: 'a' },
      spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1', memory: '1024' } } }] },
      status: {},
    })
    expect(convertObject(objectType('io.k8s.api.rbac.v1.Role'), {}).value).toEqual({ metadata: {}, rules: null })
  })

  it('reads times, durations and int-or-strings as the vectors say', () => {
    const vectors = [...loadVectors('time'), ...loadVectors('int-or-string')].filter((v) => 'jsonIn' in v)
    checkVectors('scalars in objects', vectors, (v) => {
      const isTime = 'time' in v || 'timeErr' in v
      const [field, kind] = isTime ? ['creationTimestamp', 'Pod'] : ['targetPort', 'Service']
      const body = isTime
        ? `{"metadata":{"${field}":${v.jsonIn}}}`
        : `{"spec":{"ports":[{"port":1,"${field}":${v.jsonIn}}]}}`
      const wanted = v.timeErr ?? v.err
      const actual = decodeError(body, { group: '', version: 'v1', kind: kind as string }, 'json')
      if (wanted === undefined) return [actual, undefined]
      const text = recorded(wanted)
      const place = isTime
        ? 'struct field ObjectMeta.metadata.creationTimestamp'
        : 'struct field ServicePort.spec.ports.targetPort'
      return [
        actual,
        `${kind} in version "v1" cannot be handled as a ${kind}: ${text.replace('Go value', `Go ${place}`)}`,
      ]
    })
  })
})
