import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { type Logger, silentLogger } from '../../shared/lang/logger.ts'
import { guardProcess } from './process-guard.ts'

function guarded() {
  const process = new EventEmitter()
  const said: string[] = []
  const logger: Logger = { ...silentLogger, error: (_fields, message) => said.push(message) }
  const guard = guardProcess(process, logger, () => said.push('the end'))
  return { process, said, guard }
}

test('a rejection or a broken connection that nobody handled is logged and nothing more', () => {
  const { process, said } = guarded()
  process.emit('unhandledRejection', new Error('lost'))
  process.emit('unhandledRejection', 'lost')
  process.emit('uncaughtException', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))
  expect(said).toEqual([
    'a failure was not handled',
    'a failure was not handled',
    'the end of a connection was not handled',
  ])
})

test('any other exception ends the engine in order, once, and each is logged', () => {
  const { process, said } = guarded()
  process.emit('uncaughtException', new TypeError('x is undefined'))
  process.emit('uncaughtException', new TypeError('y is undefined'))
  expect(said).toEqual([
    'a bug in Slipway: the engine ends, pods keep running',
    'the end',
    'a bug in Slipway: the engine ends, pods keep running',
  ])
})

test('a disposed guard hears nothing', () => {
  const { process, said, guard } = guarded()
  guard.dispose()
  process.emit('unhandledRejection', new Error('lost'))
  expect(said).toEqual([])
})
