import { expect, test } from 'vitest'
import type { UsageSample } from '../../../shared/api/usage-history.ts'
import { chartData, extremes } from './chart-data.ts'

/** "app 10 log 2": containers with their millicores. */
function sample(second: number, text: string): UsageSample {
  const words = text.split(' ')
  const containers = words.flatMap((name, index) =>
    index % 2 === 1 ? [] : [{ name, cpuMillis: Number(words[index + 1]), memoryBytes: 0 }],
  )
  return {
    at: second * 1000,
    cpuMillis: containers.reduce((sum, one) => sum + one.cpuMillis, 0),
    memoryBytes: 0,
    containers,
  }
}

const shown = (values: readonly (number | null)[]) => values.map((value) => value ?? '-').join(' ')

test('a pod of one container is one line', () => {
  const { times, total, containers } = chartData([sample(0, 'app 10'), sample(15, 'app 12')], 'cpu')
  expect([times, shown(total), containers]).toEqual([[0, 15_000], '10 12', []])
})

test('several containers have a line each, with a break while one did not run', () => {
  const samples = [sample(0, 'log 1 app 10'), sample(15, 'app 12'), sample(30, 'app 11 log 2')]
  const { total, containers } = chartData(samples, 'cpu')
  expect([shown(total), ...containers.map(({ name, values }) => `${name} ${shown(values)}`)]).toEqual([
    '11 12 13',
    'app 10 12 11',
    'log 1 - 2',
  ])
})

test('the line breaks where nothing was sampled for long', () => {
  const { times, total } = chartData([sample(0, 'app 1'), sample(15, 'app 2'), sample(600, 'app 3')], 'cpu')
  expect([times.length, shown(total)]).toEqual([4, '1 2 - 3'])
})

test.each([
  [[], undefined],
  [[null], undefined],
  [[3, null, 9, 5], { least: 3, most: 9, last: 5 }],
])('of %j, least, most and last are %j', (values, expected) => {
  expect(extremes(values)).toEqual(expected)
})
