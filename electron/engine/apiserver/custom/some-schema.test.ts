import { expect, it } from 'vitest'
import { definitionStrategy } from '../kinds/definition/definition-strategy.ts'
import { someSchema } from './some-schema.ts'

it('finds schemas wherever they stand in one, and takes no value and no name of a property for one', () => {
  const odd = { type: 'string', format: 'odd' }
  const isOdd = ({ format }: { format?: string | undefined }) => format === 'odd'
  const places = [
    { properties: { a: odd } },
    { items: odd },
    { additionalProperties: odd },
    { not: odd },
    { anyOf: [{}, odd] },
    { properties: { a: { items: { additionalProperties: odd } } } },
  ]
  for (const place of places) expect(someSchema({ type: 'object', ...place }, isOdd)).toBe(true)
  const values = [{ default: odd }, { enum: [odd] }, { example: odd }, { properties: { default: {} } }]
  for (const place of values) expect(someSchema({ type: 'object', ...place }, isOdd)).toBe(false)
  expect(someSchema({ properties: { default: {} } }, (schema) => schema.default !== undefined)).toBe(false)
})

it('warns of a format that a schema names, not of one in a default', () => {
  const openAPIV3Schema = {
    type: 'object',
    properties: { log: { type: 'object', default: { format: 'json' } }, at: { type: 'string', format: 'moon' } },
  }
  const definition = { spec: { versions: [{ name: 'v1', schema: { openAPIV3Schema } }] } }
  expect(definitionStrategy.warnings?.(definition as never, undefined)).toEqual(['unrecognized format "moon"'])
})
