import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { KubeObject } from '../../../../shared/api/object.ts'
import { apiUnderTest, resourceRef } from '../../../../test/support/api-under-test.ts'
import { type ServedApi, serveApi } from '../../../../test/support/serve-api.ts'
import type { PodStreams } from '../pod-streams.ts'

const POD = '/api/v1/namespaces/apps/pods/web'
const SERVICE = '/api/v1/namespaces/apps/services/web'

describe('proxies', () => {
  let web: Server
  let api: ServedApi

  beforeAll(async () => {
    web = createServer((request, response) => {
      if (request.url === '/moved') {
        response.writeHead(302, { location: '/target' }).end()
        return
      }
      let body = ''
      request.on('data', (piece) => {
        body += piece
      })
      request.on('end', () => {
        const { authorization, host } = request.headers
        response.setHeader('x-answered', 'web')
        response.end(JSON.stringify({ method: request.method, url: request.url, authorization, host, body }))
      })
    })
    new WebSocketServer({ server: web }).on('connection', (socket) => {
      socket.on('message', (data) => socket.send(`echo ${data}`))
    })
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', () => resolve()))
    const { port } = web.address() as AddressInfo
    const dial = (address: string, asked: number) => {
      if (address !== '10.1.0.5' || asked !== 8080) return Promise.reject(new Error('connect: connection refused'))
      return Promise.resolve(connect(port, '127.0.0.1'))
    }
    const streams = { dial } as unknown as PodStreams
    const under = await apiUnderTest({ streams })
    api = await serveApi(under, streams)
    const metadata = { name: 'web', namespace: 'apps' }
    const create = (apiVersion: string, plural: string, object: unknown) =>
      under.admin.resource(resourceRef(apiVersion, plural)).create(object as KubeObject)
    const containers = [{ name: 'web', image: 'web:1', ports: [{ containerPort: 8080 }] }]
    const pod = await create('v1', 'pods', { kind: 'Pod', apiVersion: 'v1', metadata, spec: { containers } })
    const status = { phase: 'Running', podIP: '10.1.0.5', podIPs: [{ ip: '10.1.0.5' }] }
    await under.admin.resource(resourceRef('v1', 'pods')).updateStatus({ ...pod, status } as KubeObject)
    await create('v1', 'services', {
      kind: 'Service',
      apiVersion: 'v1',
      metadata,
      spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    })
    await create('discovery.k8s.io/v1', 'endpointslices', {
      kind: 'EndpointSlice',
      apiVersion: 'discovery.k8s.io/v1',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.0.5'], conditions: { ready: true } }],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    })
  })

  afterAll(async () => {
    await api.close()
    web.closeAllConnections()
    web.close()
  })

  it('sends any request on to a pod, with path, query and body, without credentials', async () => {
    const answer = await api.send(`${POD}:8080/proxy/a%2Fb/?x=1&y`, { method: 'POST', body: 'hello' })
    expect(answer.code).toBe(200)
    expect(answer.headers['x-answered']).toBe('web')
    const url = '/a%2Fb/?x=1&y'
    expect(JSON.parse(answer.text)).toEqual({ method: 'POST', url, host: '10.1.0.5:8080', body: 'hello' })
  })

  it("takes a pod's first port, and a Service's by name, number or because it has only one", async () => {
    for (const path of [POD, SERVICE, `${SERVICE}:http`, `${SERVICE}:80`, SERVICE.replace('web', 'http:web:http')]) {
      expect((await api.send(`${path}/proxy/`, { headers: { accept: 'text/html' } })).code).toBe(200)
    }
  })

  it('keeps redirects within the proxy', async () => {
    expect((await api.send(`${POD}/proxy/moved`)).headers.location).toBe(`${POD}/proxy/target`)
    const bare = await api.send(`${POD}/proxy?x=1`)
    expect([bare.code, bare.headers.location]).toEqual([301, `${POD}/proxy/?x=1`])
  })

  it('says what is wrong', async () => {
    const failure = async (path: string, token = 'admin') => {
      const { reason, message } = JSON.parse((await api.send(path, { token })).text)
      return `${reason}: ${message}`
    }
    expect(await failure(`${POD}:81/proxy/`)).toBe(
      'ServiceUnavailable: error trying to reach service: connect: connection refused',
    )
    expect(await failure(`${SERVICE}:81/proxy/`)).toBe('ServiceUnavailable: no service port 81 found for service "web"')
    expect(await failure(`${SERVICE}:other/proxy/`)).toBe(
      'ServiceUnavailable: no endpoints available for service "web:other"',
    )
    expect(await failure('/api/v1/namespaces/apps/pods/none/proxy/')).toBe('NotFound: pods "none" not found')
    expect(await failure(`${POD}/proxy/`, 'ann')).toBe(
      'Forbidden: pods "web" is forbidden: User "ann" cannot get resource "pods/proxy" in API group "" in the namespace "apps"',
    )
  })

  it('joins WebSockets through a Service', async () => {
    const url = `wss://127.0.0.1:${api.port}${SERVICE}/proxy/socket`
    const socket = new WebSocket(url, { rejectUnauthorized: false, headers: { authorization: 'Bearer admin' } })
    await new Promise((resolve, reject) => {
      socket.on('open', resolve)
      socket.on('error', reject)
    })
    const echoed = new Promise((resolve) => socket.on('message', (data) => resolve(String(data))))
    socket.send('hi')
    expect(await echoed).toBe('echo hi')
    socket.close()
  })
})
