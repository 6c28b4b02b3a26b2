import { request as httpsRequest, type RequestOptions } from 'node:https'
import { createAuthenticator } from '../../electron/engine/apiserver/auth/authenticator.ts'
import { listen } from '../../electron/engine/apiserver/http/listener.ts'
import type { PodStreams } from '../../electron/engine/apiserver/pod-streams.ts'
import { createStreamUpgrade } from '../../electron/engine/apiserver/streams/stream-upgrade.ts'
import type { ApiUnderTest } from './api-under-test.ts'
import { testTls } from './test-tls.ts'

export interface Answer {
  readonly code: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
}

export interface ServedApi {
  readonly port: number
  /** Sends one request over TLS; `body` as JSON unless it is text. */
  send(
    path: string,
    options?: { method?: string; token?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer>
  close(): Promise<void>
}

/** Serves an API over HTTPS on loopback; the token "admin" is in system:masters, "ann" is a plain user. */
export async function serveApi({ apiServer }: ApiUnderTest, streams?: PodStreams): Promise<ServedApi> {
  const authenticator = createAuthenticator({
    staticTokens: new Map([
      ['admin', { name: 'admin', groups: ['system:masters'] }],
      ['ann', { name: 'ann', groups: [] }],
    ]),
    tokenUser: (token) => apiServer.context.tokens.user(token),
  })
  const upgrade = createStreamUpgrade({ apiServer, authenticator, streams: () => streams })
  const tls = await testTls()
  const listener = await listen(apiServer, { authenticator, upgrade }, { host: '127.0.0.1', port: 0, tls })
  return {
    port: listener.port,
    close: () => listener.close(),
    send(path, { method = 'GET', token = 'admin', body, headers = {} } = {}) {
      const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
      const all = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers }
      return exchange({ host: '127.0.0.1', port: listener.port, path, method, headers: all }, text)
    },
  }
}

function exchange(options: RequestOptions, body: string | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ ...options, rejectUnauthorized: false, agent: false }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ code: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(pieces).toString() }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}
