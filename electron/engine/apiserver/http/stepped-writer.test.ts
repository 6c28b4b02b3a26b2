import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { SteppedWriter } from './stepped-writer.ts'

/** A client that has asked, and the answer to be written to it. */
async function connected() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const asked = get({ host: '127.0.0.1', port, agent: false })
  asked.on('error', () => {})
  const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse]
  response.flushHeaders()
  const [client] = (await once(asked, 'response')) as [IncomingMessage]
  const dispose = () => {
    server.close()
    server.closeAllConnections()
  }
  return { response, client, [Symbol.dispose]: dispose }
}

function pieces(): Buffer[] {
  return Array.from({ length: 4000 }, (_, n) => Buffer.alloc(n % 500 === 7 ? 300_000 : (n * 37) % 5000, `piece ${n} `))
}

it('gives a client that reads slowly every byte in order, whatever the size of the pieces', async () => {
  using connection = await connected()
  const { response, client } = connection
  const write = async () => {
    const writer = new SteppedWriter(response, 10_000)
    for (const piece of pieces()) await writer.write(piece)
    response.end(writer.rest())
  }
  const written = write()
  const chunks: Buffer[] = []
  for await (const chunk of client) chunks.push(chunk as Buffer)
  await written
  expect(Buffer.concat(chunks).equals(Buffer.concat(pieces()))).toBe(true)
})

it('waits no longer for a client that has gone', async () => {
  using connection = await connected()
  const { response, client } = connection
  const writer = new SteppedWriter(response)
  client.destroy()
  for (const piece of pieces()) await writer.write(piece)
  expect(response.destroyed).toBe(true)
})
