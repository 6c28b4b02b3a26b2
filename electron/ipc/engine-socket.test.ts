import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PROTOCOL_VERSION } from '../../shared/ipc/protocol.ts'
import { RpcClient } from '../../shared/ipc/rpc-client.ts'
import type { Disposable } from '../../shared/lang/disposable.ts'
import { type DataDirectory, openDataDirectory } from '../engine/installation/data-directory.ts'
import { connectEngineSocket, ProtocolMismatch, serveEngineSocket } from './engine-socket.ts'
import { type Implementation, serveRpc } from './rpc-server.ts'

const handshake = { protocol: PROTOCOL_VERSION, appVersion: '1.2.3', dataFormat: 1, pid: 1 }
const implementation = { 'clusters.list': async () => [] } as unknown as Implementation
const toFailure = (error: unknown) => ({ reason: 'InternalError', message: String(error), code: 500 })

let data: DataDirectory
const open: Disposable[] = []
beforeEach(() => {
  data = openDataDirectory(mkdtempSync(join(tmpdir(), 'slipway-socket-')))
})
afterEach(() => {
  for (const server of open.splice(0)) server.dispose()
  rmSync(data.path, { recursive: true, force: true })
})

async function serve(answer = handshake): Promise<void> {
  open.push(await serveEngineSocket(data, answer, (transport) => serveRpc(transport, implementation, toFailure)))
}

describe("the engine's socket", () => {
  test('answers a client that has the token', async () => {
    await serve()
    const transport = await connectEngineSocket(data)
    expect(transport).toBeDefined()
    if (transport === undefined) return
    const client = new RpcClient(transport)
    expect(await client.call('clusters.list')).toEqual([])
    client.close()
  })

  test('is the owner’s alone', async () => {
    await serve()
    expect(statSync(data.socket).mode & 0o777).toBe(0o600)
    expect(statSync(data.tokenFile).mode & 0o777).toBe(0o600)
  })

  test.each(['Bearer wrong', '', undefined])('answers 401 to the credential %s', async (authorization) => {
    await serve()
    const status = await new Promise((resolve, reject) => {
      const headers = authorization === undefined ? {} : { authorization }
      request({ socketPath: data.socket, path: '/handshake', headers }, (response) => resolve(response.statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(401)
  })

  test('is not there when no engine runs, even with a stale token and socket file', async () => {
    expect(await connectEngineSocket(data)).toBeUndefined()
    writeFileSync(data.tokenFile, 'stale')
    writeFileSync(data.socket, '')
    expect(await connectEngineSocket(data)).toBeUndefined()
    await serve()
    const transport = await connectEngineSocket(data)
    expect(transport).toBeDefined()
    transport?.close()
  })

  test('of another protocol is refused with what to do', async () => {
    await serve({ ...handshake, protocol: PROTOCOL_VERSION + 1 })
    await expect(connectEngineSocket(data)).rejects.toThrow(ProtocolMismatch)
    await expect(connectEngineSocket(data)).rejects.toThrow('restart the engine, pods stay')
  })
})
