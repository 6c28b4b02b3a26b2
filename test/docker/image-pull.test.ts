import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RuntimeBench, startRuntimeBench } from '../support/docker-runtime.ts'

const never = new AbortController().signal

/** A registry that has nothing, and wants the password "open". */
function emptyRegistry(seen: Set<string>): Server {
  return createServer((request, response) => {
    const authorization = request.headers.authorization
    if (authorization) seen.add(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString())
    response.setHeader('Docker-Distribution-Api-Version', 'registry/2.0')
    if (!authorization?.endsWith(Buffer.from('me:open').toString('base64'))) {
      response.setHeader('WWW-Authenticate', 'Basic realm="test"')
      response.writeHead(401).end('{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}')
    } else if (request.url === '/v2/') {
      response.end('{}')
    } else {
      response.setHeader('Content-Type', 'application/json')
      response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}')
    }
  })
}

describe('pulling an image', () => {
  let bench: RuntimeBench
  let registry: Server
  let address: string
  const seen = new Set<string>()

  beforeAll(async () => {
    bench = await startRuntimeBench()
    registry = emptyRegistry(seen)
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
    address = `127.0.0.1:${(registry.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    registry.close()
    await bench.close()
  })

  const pull = (name: string, auth: { username: string; password: string }[] = []) =>
    bench.runtime.pullImage(name, auth, never)

  it('refuses a name that is none', async () => {
    await expect(pull('not//a:name')).rejects.toMatchObject({ reason: 'InvalidImageName' })
    await expect(pull('Upper:1')).rejects.toMatchObject({ reason: 'InvalidImageName' })
    await expect(bench.runtime.image('../containers/json')).rejects.toMatchObject({ reason: 'InvalidImageName' })
    await expect(bench.runtime.image('NOT A NAME')).rejects.toMatchObject({ reason: 'InvalidImageName' })
  })

  it('tells a registry that cannot be reached from one that refuses', async () => {
    await expect(pull('127.0.0.1:1/app:1')).rejects.toMatchObject({ reason: 'RegistryUnavailable' })
    await expect(pull(`${address}/app:1`)).rejects.toMatchObject({ reason: 'ErrImagePull' })
  })

  it('tries one sign-in after another', async () => {
    const auth = ['wrong', 'open'].map((password) => ({ username: 'me', password }))
    await expect(pull(`${address}/app:1`, auth)).rejects.toMatchObject({
      reason: 'ErrImagePull',
      message: expect.stringContaining('manifest unknown'),
    })
    expect([...seen]).toEqual(expect.arrayContaining(['me:wrong', 'me:open']))
  })
})
