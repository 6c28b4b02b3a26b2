import { once } from 'node:events'
import { createServer, IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { forwardRequest, forwardUpgrade } from './forward-http.ts'

const silent = () => new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })

test('a client that leaves before its pod is reached leaves no connection behind', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const client = request({ host: '127.0.0.1', port })
  client.on('error', () => {})
  client.end()
  const [incoming, answer] = (await once(server, 'request')) as [IncomingMessage, ServerResponse]
  const gone = once(answer, 'close')
  client.destroy()
  await gone
  const stream = silent()
  forwardRequest(incoming, answer, { stream })
  expect(stream.destroyed).toBe(true)
  server.close()
})

test('nor does one that wanted another protocol', () => {
  const [socket, stream] = [silent().destroy(), silent()]
  forwardUpgrade(new IncomingMessage(new Socket()), { socket, head: Buffer.alloc(0) }, { stream })
  expect(stream.destroyed).toBe(true)
})
