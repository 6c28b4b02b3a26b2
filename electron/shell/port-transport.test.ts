import { EventEmitter } from 'node:events'
import type { MessagePortMain } from 'electron'
import { expect, test } from 'vitest'
import { portTransport } from './port-transport.ts'

/** As Electron's port: messages wait until it is started. */
class FakePort extends EventEmitter {
  readonly #waiting: unknown[] = []
  #started = false

  arrive(data: unknown): void {
    if (this.#started) this.emit('message', { data })
    else this.#waiting.push(data)
  }

  start(): void {
    this.#started = true
    for (const data of this.#waiting.splice(0)) this.emit('message', { data })
  }
}

test('what the page says before somebody listens is not lost', () => {
  const port = new FakePort()
  const transport = portTransport<string, string>(port as unknown as MessagePortMain)
  port.arrive('early')
  const heard: string[] = []
  transport.onMessage((message) => heard.push(message))
  port.arrive('late')
  expect(heard).toEqual(['early', 'late'])
})

test('a port that closed before somebody asked is told to be closed', () => {
  const port = new FakePort()
  const transport = portTransport(port as unknown as MessagePortMain)
  port.emit('close')
  let told = 0
  transport.onClose(() => {
    told += 1
  })
  expect(told).toBe(1)
})
