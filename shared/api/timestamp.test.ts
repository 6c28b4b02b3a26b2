import { expect, test } from 'vitest'
import { zonedTimestamp } from './timestamp.ts'

test.each([
  ['2026-01-01T00:00:00Z', 'UTC', '2026-01-01T00:00:00Z'],
  ['2026-01-01T00:00:00Z', 'Asia/Seoul', '2026-01-01T09:00:00+09:00'],
  ['2026-01-01T00:00:00Z', 'America/St_Johns', '2025-12-31T20:30:00-03:30'],
  ['2026-01-01T00:00:00Z', 'Europe/London', '2026-01-01T00:00:00Z'],
  ['2026-07-01T00:00:00Z', 'Europe/London', '2026-07-01T01:00:00+01:00'],
])('%s in %s is %s', (utc, timeZone, zoned) => {
  expect(zonedTimestamp(Date.parse(utc), timeZone)).toBe(zoned)
})
