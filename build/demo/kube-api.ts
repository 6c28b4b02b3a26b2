import { request } from 'node:https'
import { parse } from 'yaml'

export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string; generation?: number }
  spec?: { replicas?: number; ports?: { port: number }[]; jobTemplate?: { spec: object } }
  status?: {
    observedGeneration?: number
    updatedReplicas?: number
    availableReplicas?: number
    succeeded?: number
    loadBalancer?: { ingress?: { ip?: string; ports?: { port: number; error?: string }[] }[] }
  }
}

const FIELD_MANAGER = 'slipway-demo'

/** As much of a Kubernetes client as the demo needs where there is no kubectl. */
export class KubeApi {
  readonly #server: URL
  readonly #tls: { ca: Buffer; cert: Buffer; key: Buffer }

  constructor(kubeconfig: string) {
    const { clusters, users } = parse(kubeconfig)
    const bytes = (text: string) => Buffer.from(text, 'base64')
    this.#server = new URL(clusters[0].cluster.server)
    this.#tls = {
      ca: bytes(clusters[0].cluster['certificate-authority-data']),
      cert: bytes(users[0].user['client-certificate-data']),
      key: bytes(users[0].user['client-key-data']),
    }
  }

  async get<T = KubeObject>(path: string): Promise<T> {
    return (await this.#ask('GET', path)) as T
  }

  /** Server-side apply. */
  async apply(object: KubeObject): Promise<void> {
    const query = `fieldManager=${FIELD_MANAGER}&force=true`
    await this.#ask('PATCH', `${pathOf(object)}?${query}`, JSON.stringify(object), 'application/apply-patch+yaml')
  }

  #ask(method: string, path: string, body?: string, type?: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const headers = type === undefined ? {} : { 'content-type': type }
      const ask = request(new URL(path, this.#server), { method, headers, ...this.#tls }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => {
          if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(text))
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${text.slice(0, 500)}`))
        })
      })
      ask.on('error', reject)
      ask.end(body)
    })
  }
}

function pathOf({ apiVersion, kind, metadata }: KubeObject): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const namespace = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`
  return `${group}${namespace}/${pluralOf(kind)}/${metadata.name}`
}

function pluralOf(kind: string): string {
  const singular = kind.toLowerCase()
  return singular.endsWith('s') ? `${singular}es` : `${singular}s`
}
