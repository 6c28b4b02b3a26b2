import { request } from 'node:https'
import { parse } from 'yaml'

export interface HttpsAnswer {
  readonly code: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  json<T>(): T
}

export interface HttpsCall {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

interface Kubeconfig {
  readonly clusters: readonly { cluster: { server: string; 'certificate-authority-data': string } }[]
  readonly users: readonly { user: { 'client-certificate-data': string; 'client-key-data': string } }[]
}

/** Plain HTTPS to the API server of a kubeconfig: as its user, or with no certificate at all. */
export class HttpsClient {
  readonly #config: Kubeconfig

  constructor(kubeconfig: string) {
    this.#config = parse(kubeconfig) as Kubeconfig
  }

  call(path: string, call: HttpsCall = {}): Promise<HttpsAnswer> {
    const { user } = this.#config.users[0] as Kubeconfig['users'][number]
    const cert = Buffer.from(user['client-certificate-data'], 'base64')
    return this.#send(path, call, { cert, key: Buffer.from(user['client-key-data'], 'base64') })
  }

  /** Without a client certificate. */
  stranger(path: string, call: HttpsCall = {}): Promise<HttpsAnswer> {
    return this.#send(path, call, {})
  }

  #send(path: string, call: HttpsCall, identity: { cert?: Buffer; key?: Buffer }): Promise<HttpsAnswer> {
    const { cluster } = this.#config.clusters[0] as Kubeconfig['clusters'][number]
    const ca = Buffer.from(cluster['certificate-authority-data'], 'base64')
    const options = { ca, ...identity, method: call.method ?? 'GET', headers: { ...call.headers } }
    return new Promise((resolve, reject) => {
      const sent = request(`${cluster.server}${path}`, options, (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('end', () => {
          const body = Buffer.concat(pieces).toString()
          const json = <T>() => JSON.parse(body) as T
          resolve({ code: response.statusCode ?? 0, headers: response.headers, body, json })
        })
      })
      sent.on('error', reject)
      sent.end(call.body)
    })
  }
}
