import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import type { Status } from '../../shared/api/types/meta-v1.ts'
import { EngineUnderTest, eventually } from '../support/engine-under-test.ts'
import { HttpsClient } from '../support/https-client.ts'

// Whatever comes in: the right code, reason and message, and nothing half-written.

const engine = new EngineUnderTest()
const EVENTUALLY_MS = 60_000
let https: HttpsClient

beforeAll(async () => {
  await ensureImages(['busybox:1.37', 'node:24-alpine'])
  await engine.serve()
  await engine.up(1)
  https = new HttpsClient(await engine.kubectl(['config', 'view', '--raw', '--minify']))
})
afterAll(() => engine[Symbol.asyncDispose]())

const kubectl = async (args: readonly string[], input: string) => {
  const { code, stdout, stderr } = await engine.tryKubectl([...args, '-f', '-'], input)
  return { code, said: `${stdout}${stderr}`.trim() }
}
const exists = async (what: string) => (await engine.tryKubectl(['get', what])).code === 0

const configMap = (rest: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: bad }\n${rest}`
const pod = (name: string, containers: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\nspec: { containers: ${containers} }\n`

const refused: [what: string, manifest: string, message: string][] = [
  ['malformed YAML', 'kind: ConfigMap\nmetadata: { name: bad\n', "did not find expected ',' or '}'"],
  [
    'an unknown field',
    configMap('datas: {}\n'),
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "datas"',
  ],
  [
    'an unknown field deep down',
    pod('bad', '[{ name: a, image: busybox:1.37, imagePolicy: x }]'),
    'strict decoding error: unknown field "spec.containers[0].imagePolicy"',
  ],
  [
    'a wrong type',
    configMap('data: { a: 1 }\n'),
    'cannot unmarshal number into Go struct field ConfigMap.data of type string',
  ],
  [
    'an unknown kind',
    'apiVersion: v1\nkind: Gadget\nmetadata: { name: bad }\n',
    'no matches for kind "Gadget" in version "v1"',
  ],
  ['no kind', 'apiVersion: v1\nmetadata: { name: bad }\n', 'kind not set'],
  ['no name', 'apiVersion: v1\nkind: ConfigMap\n', 'resource name may not be empty'],
  [
    'a bad name',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: Bad_Name }\n',
    'The ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of',
  ],
  [
    'two containers of one name',
    pod('bad', '[{ name: a, image: busybox:1.37 }, { name: a, image: busybox:1.37 }]'),
    'The Pod "bad" is invalid: spec.containers[1].name: Duplicate value: "a"',
  ],
  ['a pod without containers', pod('bad', '[]'), 'The Pod "bad" is invalid: spec.containers: Required value'],
  [
    'a namespace that is not there',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: bad, namespace: nowhere }\n',
    'Error from server (NotFound): error when creating "STDIN": namespaces "nowhere" not found',
  ],
]

describe('kubectl is refused', () => {
  test.each(refused)('%s', async (_what, manifest, message) => {
    const { code, said } = await kubectl(['apply'], manifest)
    expect(said).toContain(message)
    expect(code).toBe(1)
    expect(await exists('configmap/bad')).toBe(false)
    expect(await exists('pod/bad')).toBe(false)
  })

  test('a name that is taken', async () => {
    await engine.kubectl(['create', 'configmap', 'taken', '--from-literal=a=1'])
    const { code, stderr } = await engine.tryKubectl(['create', 'configmap', 'taken', '--from-literal=a=2'])
    expect(stderr).toBe('error: failed to create configmap: configmaps "taken" already exists\n')
    expect(code).toBe(1)
    expect(await engine.kubectl(['get', 'configmap', 'taken', '-o', 'jsonpath={.data.a}'])).toBe('1')
  })

  test('the good part of a file is applied, the bad part is named', async () => {
    const good = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: good }\n'
    const { code, said } = await kubectl(['apply'], `${good}---\n${configMap('datas: {}\n')}`)
    expect(said).toContain('configmap/good created')
    expect(said).toContain('unknown field "datas"')
    expect(code).toBe(1)
    expect(await exists('configmap/bad')).toBe(false)
  })

  test('an unknown field only warns, or says nothing, as asked', async () => {
    const warned = await kubectl(['create', '--validate=warn'], configMap('datas: {}\n'))
    expect(warned).toEqual({ code: 0, said: 'configmap/bad created\nWarning: unknown field "datas"' })
    await engine.kubectl(['delete', 'configmap', 'bad'])
    const ignored = await kubectl(['create', '--validate=ignore'], configMap('datas: {}\n'))
    expect(ignored).toEqual({ code: 0, said: 'configmap/bad created' })
    await engine.kubectl(['delete', 'configmap', 'bad'])
  })
})

const configMaps = '/api/v1/namespaces/default/configmaps'
const json = { 'content-type': 'application/json' }
const post = (body: string, headers: Record<string, string> = json) => ({ method: 'POST', headers, body })

describe('the API refuses', () => {
  test.each<
    [
      what: string,
      path: string,
      call: Parameters<HttpsClient['call']>[1],
      code: number,
      reason: string,
      message: string,
    ]
  >([
    ['half a body', configMaps, post('{"metadata":'), 400, 'BadRequest', 'unexpected end of JSON input'],
    [
      'another kind than the path says',
      configMaps,
      post('{"apiVersion":"v1","kind":"Secret","metadata":{"name":"bad"}}'),
      400,
      'BadRequest',
      'Secret in version "v1" cannot be handled as a ConfigMap',
    ],
    [
      'another namespace than the path says',
      configMaps,
      post('{"metadata":{"name":"bad","namespace":"other"}}'),
      400,
      'BadRequest',
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      'a format that it does not know',
      configMaps,
      post('x', { 'content-type': 'text/plain' }),
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format',
    ],
    [
      'a verb that the resource lacks',
      '/api/v1/namespaces',
      { method: 'PUT' },
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
    ],
    [
      'a resource that is not there',
      '/api/v1/gadgets',
      {},
      404,
      'NotFound',
      'the server could not find the requested resource',
    ],
    [
      'a selector that it cannot read',
      '/api/v1/pods?labelSelector=a%20b%20c',
      {},
      400,
      'BadRequest',
      'unable to parse requirement',
    ],
    [
      'a field that cannot be selected',
      '/api/v1/pods?fieldSelector=spec.nothing%3Da',
      {},
      400,
      'BadRequest',
      'field label not supported: spec.nothing',
    ],
    ['a continue token of its own making', '/api/v1/pods?continue=x', {}, 400, 'BadRequest', 'continue'],
  ])('%s', async (_what, path, call, code, reason, message) => {
    const answer = await https.call(path, call)
    expect(answer.json<Status>()).toMatchObject({ kind: 'Status', status: 'Failure', code, reason })
    expect(answer.json<Status>().message).toContain(message)
    expect(answer.code).toBe(code)
    expect(await exists('configmap/bad')).toBe(false)
  })

  test('a body above 3 MiB, and takes the next request', async () => {
    const big = JSON.stringify({ metadata: { name: 'bad' }, data: { a: 'x'.repeat(3 * 1024 * 1024) } })
    const answer = await https.call(configMaps, post(big))
    expect(answer.json<Status>()).toMatchObject({
      code: 413,
      reason: 'RequestEntityTooLarge',
      message: 'Request entity too large: limit is 3145728',
    })
    expect(await exists('configmap/bad')).toBe(false)
  })

  test('data above 1 MiB in a ConfigMap', async () => {
    const answer = await https.call(
      configMaps,
      post(JSON.stringify({ metadata: { name: 'bad' }, data: { a: 'x'.repeat(1_100_000) } })),
    )
    expect(answer.json<Status>()).toMatchObject({ code: 422, reason: 'Invalid' })
    expect(answer.json<Status>().message).toBe(
      'ConfigMap "bad" is invalid: []: Too long: may not be more than 1048576 bytes',
    )
  })

  test('an update of what has changed since', async () => {
    const made = await https.call(configMaps, post('{"metadata":{"name":"raced"}}'))
    const { metadata } = made.json<{ metadata: { resourceVersion: string } }>()
    const put = (a: string) => ({
      ...post(JSON.stringify({ metadata: { name: 'raced', resourceVersion: metadata.resourceVersion }, data: { a } })),
      method: 'PUT',
    })
    expect((await https.call(`${configMaps}/raced`, put('first'))).code).toBe(200)
    const second = await https.call(`${configMaps}/raced`, put('second'))
    expect(second.json<Status>()).toMatchObject({ code: 409, reason: 'Conflict' })
    expect((await https.call(`${configMaps}/raced`)).json()).toMatchObject({ data: { a: 'first' } })
  })
})

describe('strangers', () => {
  test.each(['Bearer nonsense', 'Bearer a.b.c', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJzeXN0ZW06YWRtaW4ifQ.'])(
    'a token that nobody signed is unauthorized: %s',
    async (authorization) => {
      const answer = await https.stranger('/api/v1/namespaces', { headers: { authorization } })
      expect(answer.json()).toMatchObject({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' })
    },
  )

  test('without credentials nothing but health and version can be read', async () => {
    const answer = await https.stranger('/api/v1/secrets')
    expect([401, 403]).toContain(answer.code)
    expect(answer.json<Status>().reason).toBe(answer.code === 401 ? 'Unauthorized' : 'Forbidden')
    expect((await https.stranger('/readyz')).code).toBe(200)
  })

  test("a pod's token opens what RBAC gives it, and nothing else", async () => {
    const script = `
      const { readFileSync } = require('node:fs')
      const { get } = require('node:https')
      const dir = '/var/run/secrets/kubernetes.io/serviceaccount/'
      const options = { ca: readFileSync(dir + 'ca.crt'), headers: { authorization: 'Bearer ' + readFileSync(dir + 'token') } }
      get('https://kubernetes.default.svc' + process.argv[1], options, (response) => response.pipe(process.stdout))
    `
    await engine.apply(pod('caller', '[{ name: main, image: "node:24-alpine", command: [sleep, "100000"] }]'))
    await engine.kubectl(['wait', '--for=condition=Ready', 'pod/caller', '--timeout=60s'])
    const ask = async (path: string) =>
      JSON.parse(await engine.kubectl(['exec', 'caller', '--', 'node', '-e', script, path]))
    const pods = '/api/v1/namespaces/default/pods'
    expect(await eventually('the API answers in the pod', EVENTUALLY_MS, () => ask(pods))).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'pods is forbidden: User "system:serviceaccount:default:default" cannot list resource "pods" in API group "" in the namespace "default"',
    })
    await engine.kubectl(['create', 'role', 'look', '--verb=list', '--resource=pods'])
    await engine.kubectl(['create', 'rolebinding', 'look', '--role=look', '--serviceaccount=default:default'])
    await eventually('the role is in force', EVENTUALLY_MS, async () => (await ask(pods)).kind === 'PodList')
    expect(await ask('/api/v1/namespaces/default/secrets')).toMatchObject({ code: 403, reason: 'Forbidden' })
    expect(await ask('/api/v1/namespaces/kube-system/pods')).toMatchObject({ code: 403, reason: 'Forbidden' })
  })
})

test('an image that nobody has: ErrImagePull, then ImagePullBackOff, and the event says why', async () => {
  await engine.apply(pod('pulling', '[{ name: main, image: "localhost:1/nobody/nothing:none" }]'))
  const seen = new Set<string>()
  await eventually('both reasons were seen', 2 * EVENTUALLY_MS, async () => {
    const reason = '-o=jsonpath={.status.containerStatuses[0].state.waiting.reason}'
    seen.add(await engine.kubectl(['get', 'pod', 'pulling', reason]))
    return seen.has('ErrImagePull') && seen.has('ImagePullBackOff')
  })
  const events = await engine.kubectl(['events', '--for', 'pod/pulling'])
  expect(events).toMatch(/Normal +Pulling .* Pulling image "localhost:1\/nobody\/nothing:none"/)
  expect(events).toMatch(/Warning +Failed .* Failed to pull image "localhost:1\/nobody\/nothing:none": /)
  expect(events).toMatch(/Warning +Failed .* Error: ErrImagePull/)
  expect(events).toMatch(/Back-off pulling image "localhost:1\/nobody\/nothing:none"/)
})

test('a LoadBalancer whose port another program has gets another one, and says so', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as { port: number }
  try {
    await engine.kubectl(['create', 'service', 'loadbalancer', 'crowded', `--tcp=${port}:80`])
    const said = await eventually('the event', EVENTUALLY_MS, async () => {
      const events = await engine.kubectl(['events', '--for', 'service/crowded'])
      return events.includes('PortTaken') && events
    })
    expect(said).toMatch(
      new RegExp(`Port ${port} of this machine is taken by another program; using 127\\.0\\.0\\.1:\\d+ instead`),
    )
  } finally {
    other.close()
  }
})
