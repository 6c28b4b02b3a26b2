import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type BrowserServer, serveBrowser } from './browser-server.ts'

let root: string
let server: BrowserServer
let clients = 0
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'slipway-browser-'))
  mkdirSync(join(root, 'files'))
  writeFileSync(join(root, 'files', 'index.html'), '<title>Slipway</title>')
  writeFileSync(join(root, 'secret'), 'secret')
  clients = 0
  server = await serveBrowser(join(root, 'files'), () => {
    clients += 1
  })
})
afterEach(() => {
  server.dispose()
  rmSync(root, { recursive: true, force: true })
})

interface Answer {
  status: number | undefined
  cookie: string
  body: string
  policy: string | undefined
}

function ask(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      const cookie = response.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
      const policy = response.headers['content-security-policy'] as string | undefined
      response.on('end', () => resolve({ status: response.statusCode, cookie, body, policy }))
    }).on('error', reject)
  })
}

function upgrade(headers: Record<string, string>): Promise<number> {
  const { host } = new URL(server.newAddress())
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://${host}/ipc`, { headers })
    socket.on('open', () => {
      socket.close()
      resolve(101)
    })
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('error', () => undefined)
  })
}

describe('the interface for a browser', () => {
  test('lets an address in once', async () => {
    const address = server.newAddress()
    const { origin } = new URL(address)
    const first = await ask(address)
    expect(first.status).toBe(303)
    const page = await ask(origin, { cookie: first.cookie })
    expect(page.body).toBe('<title>Slipway</title>')
    expect(page.policy).toContain("default-src 'none'")
    expect((await ask(address)).status).toBe(403)
    expect((await ask(origin)).status).toBe(403)
  })

  test('answers no foreign Host, so that a name rebound to loopback gets nothing', async () => {
    const address = server.newAddress()
    expect((await ask(address, { host: 'evil.example' })).status).toBe(403)
  })

  test('opens the contract only to its own page', async () => {
    const address = server.newAddress()
    const { origin } = new URL(address)
    const { cookie } = await ask(address)
    expect(await upgrade({ cookie, origin: 'http://evil.example' })).toBe(403)
    expect(await upgrade({ origin })).toBe(403)
    expect(await upgrade({ cookie, origin })).toBe(101)
    expect(clients).toBe(1)
  })

  test.each(['/..%2fsecret', '/%2e%2e/secret', '/..%5csecret', '//etc/passwd'])(
    'serves nothing outside its files: %s',
    async (path) => {
      const address = server.newAddress()
      const { origin } = new URL(address)
      const { cookie } = await ask(address)
      const answer = await ask(`${origin}${path}`, { cookie })
      expect(answer.body).not.toContain('secret')
      expect(answer.body).not.toContain('root:')
    },
  )
})
