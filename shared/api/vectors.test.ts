import { describe, it } from 'vitest'
import { loadVectors as load, loadGolden, checkVectors as runAll, type Vector } from '../../test/support/vectors.ts'
import { formatDuration, humanDuration, parseDuration, shortHumanDuration } from './duration.ts'
import { intValue, parseIntOrString, scaledIntOrPercent } from './int-or-string.ts'
import * as q from './quantity.ts'
import { parseMicroTime, parseTime } from './time.ts'

function quantityFacts(text: string): Vector {
  const parsed = q.tryParseQuantity(text)
  if (typeof parsed === 'string') return { err: parsed }
  return {
    canonical: q.canonicalText(parsed),
    format: parsed.format,
    sign: q.quantitySign(parsed),
    value: `${q.scaledValue(parsed, 0)}`,
    milli: `${q.scaledValue(parsed, -3)}`,
    int64: q.quantityInt64(parsed)?.toString(),
    float: q.quantityFloat(parsed),
  }
}

function runQuantity(v: Vector): [unknown, unknown] {
  if ('a' in v) {
    const [a, b] = [q.parseQuantity(v.a), q.parseQuantity(v.b)]
    const cmp = q.compareQuantities(a, b)
    const text = (x: q.Quantity) => q.canonicalText(x)
    return [
      {
        a: v.a,
        b: v.b,
        cmp,
        equal: cmp === 0,
        add: text(q.addQuantities(a, b)),
        sub: text(q.subtractQuantities(a, b)),
        neg: text(q.negateQuantity(a)),
      },
      v,
    ]
  }
  if ('jsonIn' in v) {
    const value = JSON.parse(v.jsonIn)
    const text = typeof value === 'string' ? value : v.jsonIn
    const parsed = value === null ? q.ZERO_QUANTITY : q.tryParseQuantity(text.trim())
    return [
      typeof parsed === 'string' ? { err: parsed } : { json: q.canonicalText(parsed) },
      v.err ? { err: v.err } : { json: v.json },
    ]
  }
  if ('scale' in v) return [`${q.scaledValue(q.parseQuantity(v.in), v.scale)}`, v.scaledValue]
  if ('roundUp' in v) {
    const { result, exact } = q.roundUpQuantity(q.parseQuantity(v.in), v.roundUp)
    return [
      [q.canonicalText(result), exact],
      [v.canonical, v.exact],
    ]
  }
  const { in: text, why: _why, ...expected } = v
  const actual = quantityFacts(text)
  if (!('milli' in expected)) delete actual.milli
  return [actual, expected]
}

function runTime(v: Vector): [unknown, unknown] {
  if ('durationIn' in v) {
    const value = JSON.parse(v.durationIn)
    if (typeof value === 'number') return ['', '']
    const ns = parseDuration(value ?? '')
    return typeof ns === 'bigint'
      ? [
          { ns: `${ns}`, json: formatDuration(ns) },
          { ns: v.ns, json: v.json },
        ]
      : [ns.error, v.err]
  }
  const value = 'goTime' in v ? v.goTime : JSON.parse(v.jsonIn)
  if (typeof value !== 'string') return ['', '']
  const time = parseTime(value)
  const actualTime = 'error' in time ? time.error : time.text
  if ('goTime' in v) return [actualTime, v.time]
  const micro = parseMicroTime(value)
  return [
    [actualTime, 'error' in micro ? micro.error : micro.text],
    [v.timeErr ?? v.time, v.microTimeErr ?? v.microTime],
  ]
}

function runIntOrString(v: Vector): [unknown, unknown] {
  if ('parse' in v) return [parseIntOrString(v.parse), v.json]
  if ('jsonIn' in v) {
    return 'err' in v
      ? ['', '']
      : [
          [intValue(v.json), String(v.json)],
          [v.intValue, v.string],
        ]
  }
  const down = scaledIntOrPercent(v.value, v.total ?? 10, false)
  if (typeof down !== 'number') return [down.error, v.err]
  return [
    { down, up: scaledIntOrPercent(v.value, v.total, true) },
    { down: v.down, up: v.up },
  ]
}

describe('vectors', () => {
  it('quantity', () => runAll('quantity', load('quantity'), runQuantity))
  it('time', () => runAll('time', load('time'), runTime))
  it('int-or-string', () => runAll('int-or-string', load('int-or-string'), runIntOrString))
  it('human durations', () => {
    const cases = loadGolden('table/_duration.json')
    runAll('human durations', cases, (v) => [
      [humanDuration(v.ms), shortHumanDuration(v.ms)],
      [v.human, v.short],
    ])
  })
})
