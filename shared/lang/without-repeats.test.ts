import { expect, test } from 'vitest'
import { type Logger, silentLogger } from './logger.ts'
import { ManualClock } from './manual-clock.ts'
import { withoutRepeats } from './without-repeats.ts'

test('drops what repeats within a minute and tells how often it was said', () => {
  const clock = new ManualClock()
  const said: string[] = []
  const sink: Logger = { ...silentLogger, warn: (fields, message) => said.push(`${message} ${JSON.stringify(fields)}`) }
  const logger = withoutRepeats(sink, clock)
  for (let second = 0; second < 61; second++) {
    logger.warn({ err: new Error('engine away'), node: 'a' }, 'no list')
    clock.advance(1000)
  }
  logger.warn({ err: new Error('engine away'), node: 'b' }, 'no list')
  logger.warn({ err: new Error('another'), node: 'b' }, 'no list')
  expect(said).toEqual([
    'no list {"err":{},"node":"a"}',
    'no list {"err":{},"node":"a","dropped":59}',
    'no list {"err":{},"node":"b"}',
    'no list {"err":{},"node":"b"}',
  ])
})
