import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DockerEngine } from './docker-engine.ts'

let folder: string
let server: Server
let engine: DockerEngine

/** An engine that answers its version, begins every other answer and then is gone. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-socket-'))
  const path = join(folder, 'docker.sock')
  server = createServer((request, response) => {
    if (request.url === '/version') {
      response.end(JSON.stringify({ Version: '20.10.24', ApiVersion: '1.41' }))
      return
    }
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.write('{"StatusCode":')
    setImmediate(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  engine = new DockerEngine({ kind: 'socket', path, source: 'the test' })
})
afterEach(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

test('an answer that the engine’s end cuts short fails as the engine being away', async () => {
  await expect(engine.waitContainer('gateway')).rejects.toMatchObject({ reason: 'EngineUnavailable' })
  await expect(engine.listContainers({})).rejects.toMatchObject({ reason: 'EngineUnavailable' })
})
