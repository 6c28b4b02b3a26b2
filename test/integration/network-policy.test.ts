import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import type { Event, Pod } from '../../shared/api/types/core-v1.ts'
import { EngineUnderTest, eventually } from '../support/engine-under-test.ts'

const engine = new EngineUnderTest()

/** Answers "NAME" to every HTTP request on 8080 and on 9090, and echoes on 7000. */
const pod = (name: string, namespace: string, labels: Record<string, string> = {}) => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: ${namespace}, labels: ${JSON.stringify({ app: name, ...labels })} }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: main
      image: busybox:1.37
      command: [sh, -c, "mkdir /w; echo ${name} > /w/index.html; httpd -p 9090 -h /w; if nc --help 2>&1 | grep -q -e -ll; then nc -ll -p 7000 -e cat & else nc -lk -p 7000 -e cat & fi; exec httpd -f -p 8080 -h /w"]
      ports: [{ name: web, containerPort: 8080 }]
      readinessProbe: { httpGet: { port: web }, periodSeconds: 1 }
---
`
const policy = (name: string, spec: object) =>
  JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name }, spec })

beforeAll(async () => {
  await ensureImages(['busybox:1.37'])
  await engine.serve()
  await engine.up(1)
  await engine.apply(`apiVersion: v1
kind: Namespace
metadata: { name: friends, labels: { friendly: "yes" } }
---
apiVersion: v1
kind: Service
metadata: { name: server }
spec: { selector: { app: server }, ports: [{ name: web, port: 80, targetPort: web }, { name: more, port: 90, targetPort: 9090 }, { name: echo, port: 70, targetPort: 7000 }] }
---
${pod('server', 'default')}${pod('client', 'default')}${pod('guest', 'default')}${pod('friend', 'friends')}`)
  for (const namespace of ['default', 'friends'])
    await engine.kubectl(['wait', '--for=condition=Ready', 'pod', '--all', '-n', namespace, '--timeout=90s'])
  const { status } = await engine.json<Pod>(['get', 'pod', 'server'])
  direct = status?.podIP ?? ''
  // The cluster's names resolve some time after its pods are ready.
  for (const from of ['client', 'friend.friends']) {
    await eventually('the Service answers', 60_000, async () => (await answered(from)).length === all(from).length)
  }
})
afterAll(() => engine[Symbol.asyncDispose]())

let direct = ''
const service = 'server.default.svc.cluster.local'

/** Asks from each pod directly and through the Service, on both ports, and tells who gets an answer: "client 8080 direct". */
async function answered(...froms: readonly string[]): Promise<string[]> {
  const ways = [
    ['8080 direct', `${direct}:8080`],
    ['9090 direct', `${direct}:9090`],
    ['8080 service', service],
    ['9090 service', `${service}:90`],
  ] as const
  const tries = ways.map(
    ([way, url]) => `{ [ "$(timeout 1 wget -q -O - http://${url}/ 2>/dev/null)" = server ] && echo ${way}; } &`,
  )
  const script = [...tries, 'wait'].join('\n')
  const answers = await Promise.all(
    froms.map(async (from) => {
      const [name = '', namespace = 'default'] = from.split('.')
      const said = (await engine.kubectl(['exec', '-n', namespace, name, '--', 'sh', '-c', script])).split('\n')
      return ways.flatMap(([way]) => (said.includes(way) ? [`${from} ${way}`] : []))
    }),
  )
  return answers.flat()
}

async function becomes(expected: readonly string[], ...froms: readonly string[]): Promise<void> {
  let seen: string[] = []
  const reached = async () => {
    seen = await answered(...froms)
    return JSON.stringify(seen) === JSON.stringify(expected)
  }
  await eventually('the policies hold', 8000, reached).catch(() => expect(seen).toEqual(expected))
}

/** Opens connections that go on talking, and tells on which of them the server still answers. */
async function talk(from: string) {
  const ways = [`${direct} 7000`, `${service} 70`]
  const talking = ways.map((way, at) => `while :; do echo x; sleep 0.1; done | nc ${way} >/tmp/said-${at} 2>&1 &`)
  const inPod = (script: string) => engine.kubectl(['exec', from, '--', 'sh', '-c', script])
  await inPod(`killall nc; exec </dev/null >/dev/null 2>&1; ${talking.join(' ')}`)
  const count = ways.map((_, at) => `wc -l </tmp/said-${at};`).join(' ')
  return async () => {
    const [before = [], after = []] = (await inPod(`${count} sleep 0.6; echo -; ${count}`))
      .split('-')
      .map((counts) => counts.trim().split(/\s+/).map(Number))
    return ways.filter((_, at) => (after[at] ?? 0) > (before[at] ?? 0))
  }
}

const all = (from: string) => [
  `${from} 8080 direct`,
  `${from} 9090 direct`,
  `${from} 8080 service`,
  `${from} 9090 service`,
]

test('ingress: denied by default, in open connections too; allowed by pod and namespace selectors on a named port, also for a pod that comes later', async () => {
  expect(await answered('client', 'friend.friends')).toEqual([...all('client'), ...all('friend.friends')])
  const answering = await talk('client')
  await eventually('open connections talk', 8000, async () => (await answering()).length === 2)
  await engine.apply(policy('deny', { podSelector: { matchLabels: { app: 'server' } } }))
  await becomes([], 'client', 'friend.friends')
  expect(await answering()).toEqual([])
  const from = [
    { podSelector: { matchLabels: { role: 'trusted' } } },
    { namespaceSelector: { matchLabels: { friendly: 'yes' } } },
  ]
  const ingress = [{ from, ports: [{ port: 'web' }] }]
  await engine.apply(policy('allow', { podSelector: { matchLabels: { app: 'server' } }, ingress }))
  await engine.kubectl(['label', 'pod', 'client', 'role=trusted'])
  await becomes(
    ['client 8080 direct', 'client 8080 service', 'friend.friends 8080 direct', 'friend.friends 8080 service'],
    'client',
    'guest',
    'friend.friends',
  )
  await engine.apply(pod('later', 'default', { role: 'trusted' }))
  await engine.kubectl(['wait', '--for=condition=Ready', 'pod/later', '--timeout=60s'])
  await becomes(['later 8080 direct', 'later 8080 service'], 'later')
  // The node's probes and the laptop's ways in are no business of policies.
  const { status } = await engine.json<Pod>(['get', 'pod', 'server'])
  expect(status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True')
})

test('they hold while the engine is away and after it comes back; deleted, they open again', async () => {
  await engine.kill()
  const asks = async (name: string) => {
    const [id = ''] = await engine.containers(`io.slipway.pod.name=${name}`, 'io.slipway.role=container')
    return engine.docker('exec', id, 'timeout', '1', 'wget', '-q', '-O', '-', `http://${direct}:8080/`)
  }
  expect((await asks('client')).stdout).toBe('server\n')
  expect((await asks('guest')).stdout).toBe('')
  await engine.serve()
  await engine.up(1)
  expect(await answered('guest', 'client')).toEqual(['client 8080 direct', 'client 8080 service'])
  await engine.kubectl(['delete', 'networkpolicy', 'deny', 'allow'])
  await becomes(all('guest'), 'guest')
})

test('egress: only DNS, then the server by its pods, then a block of addresses; through a Service as directly', async () => {
  const dns = {
    to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
    ports: [
      { protocol: 'UDP', port: 53 },
      { protocol: 'TCP', port: 53 },
    ],
  }
  const client = { podSelector: { matchLabels: { app: 'client' } }, policyTypes: ['Egress'] }
  const resolves = async () => {
    const lookup = ['exec', 'client', '--', 'timeout', '1', 'nslookup', service]
    return (await engine.tryKubectl(lookup)).code === 0
  }
  const answering = await talk('client')
  await eventually('open connections talk', 8000, async () => (await answering()).length === 2)
  await engine.apply(policy('out', client))
  await becomes([], 'client')
  expect(await answering()).toEqual([])
  expect(await resolves()).toBe(false)
  await engine.apply(policy('out', { ...client, egress: [dns] }))
  await eventually('names are resolved', 8000, resolves)
  expect(await answered('client', 'guest')).toEqual(all('guest'))
  const toServer = { to: [{ podSelector: { matchLabels: { app: 'server' } } }], ports: [{ port: 9000, endPort: 9100 }] }
  await engine.apply(policy('out', { ...client, egress: [dns, toServer] }))
  await becomes(['client 9090 direct', 'client 9090 service'], 'client')
  const ipBlock = { cidr: direct.replace(/\.\d+\.\d+$/, '.0.0/17'), except: [`${direct}/32`] }
  await engine.apply(policy('out', { ...client, egress: [dns, { to: [{ ipBlock }] }] }))
  await becomes([], 'client')
  await engine.apply(policy('out', { ...client, egress: [dns, { to: [{ ipBlock: { cidr: `${direct}/32` } }] }] }))
  await becomes(all('client'), 'client')
})

test('a pod that policies select never has an open moment, and no policy says that it is not enforced', async () => {
  const closed = { podSelector: { matchLabels: { app: 'closed' } }, policyTypes: ['Egress'] }
  await engine.apply(policy('closed', closed))
  await engine.apply(`apiVersion: v1
kind: Pod
metadata: { name: closed, labels: { app: closed } }
spec:
  restartPolicy: Never
  containers:
    - name: main
      image: busybox:1.37
      command: [sh, -c, "grep CapEff /proc/self/status; timeout 1 wget -q -O - http://${direct}:8080/ || timeout 1 wget -q -O - http://$SERVER_SERVICE_HOST/ || echo closed"]
`)
  await engine.kubectl(['wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/closed', '--timeout=60s'])
  const said = (await engine.kubectl(['logs', 'closed'])).split('\n')
  expect(said.filter((line) => line === 'server' || line === 'closed')).toEqual(['closed'])
  const rawSockets = 1n << 13n
  expect(BigInt(`0x${/CapEff:\s+(\w+)/.exec(said.join())?.[1]}`) & rawSockets).toBe(0n)
  const { items } = await engine.json<{ items: Event[] }>(['get', 'events'])
  expect(items.filter(({ involvedObject }) => involvedObject.kind === 'NetworkPolicy')).toEqual([])
})
