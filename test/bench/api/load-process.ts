// The load on an API server, in a process of its own: each message names a phase, each answer has its figures.
import { percentile } from '../figures.ts'
import { type Call, LoadClient, type LoadResult } from './load-client.ts'
import { appliedPod, configMapBody, podBody } from './objects.ts'
import type { ServerAddress } from './server.ts'

const CONNECTIONS = 16
/** Calls before anything is measured: the connections are open then, and this client is compiled. */
const WARM_UP = 800
const [A, B] = ['bench-a', 'bench-b']

export interface Phase {
  readonly name: keyof typeof phases
  readonly count: number
}

let client: LoadClient

const pod = (n: number) => `/api/v1/namespaces/${A}/pods/pod-${n}`

type Timed = Omit<LoadResult, 'clientCpuMs'>

const phases = {
  createConfigMap: (count: number) => load(count, (n) => create(A, 'configmaps', configMapBody(`map-${n}`, A))),
  createPod: (count: number) => load(count, (n) => create(A, 'pods', podBody(`pod-${n}`, A))),
  createMorePods: (count: number) => load(count, (n) => create(B, 'pods', podBody(`pod-${n}`, B))),
  get: (count: number) => load(count, (n) => ({ method: 'GET', path: pod(n) })),
  list: (count: number) => load(count, () => ({ method: 'GET', path: `/api/v1/namespaces/${A}/pods` })),
  strategicPatch: (count: number) =>
    load(count, (n) => ({
      method: 'PATCH',
      path: pod(n),
      type: 'application/strategic-merge-patch+json',
      body: JSON.stringify({
        metadata: { labels: { patched: 'true' } },
        spec: { containers: [{ name: 'web', image: 'registry.example.com/team/web:1.27.4' }] },
      }),
    })),
  firstApply: (count: number) => load(count, (n) => apply(n, 'first')),
  apply: (count: number) => load(count, (n) => apply(n, 'second')),
  fanOut: (count: number) => fanOut(count, 50),
  deleteOne: (count: number) =>
    load(count, (n) => ({ method: 'DELETE', path: `/api/v1/namespaces/${A}/configmaps/map-${n}` })),
  deletePods: async (count: number) => {
    const calls = [A, B].map((namespace) => ({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}/pods` }))
    const start = performance.now()
    for (const call of calls) await client.call(call)
    const ms = performance.now() - start
    return { perSecond: (count * 1000) / ms, p50Ms: ms, p99Ms: ms }
  },
}

function create(namespace: string, plural: string, body: string): Call {
  return { method: 'POST', path: `/api/v1/namespaces/${namespace}/${plural}`, body }
}

function apply(n: number, round: string): Call {
  const path = `${pod(n)}?fieldManager=bench&force=true`
  return { method: 'PATCH', path, type: 'application/apply-patch+yaml', body: appliedPod(`pod-${n}`, A, round) }
}

async function load(count: number, call: (n: number) => Call): Promise<Timed> {
  const samples: number[] = []
  let next = 0
  const worker = async () => {
    for (let n = next++; n < count; n = next++) {
      const start = performance.now()
      await client.call(call(n))
      samples.push(performance.now() - start)
    }
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
  const seconds = (performance.now() - start) / 1000
  return { perSecond: count / seconds, p50Ms: percentile(samples, 0.5), p99Ms: percentile(samples, 0.99) }
}

/** Pods are labelled while `watchers` look on; counts the events they get. */
async function fanOut(count: number, watchers: number): Promise<Timed> {
  const path = `/api/v1/namespaces/${A}/pods?watch=true&resourceVersion=0&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`
  const streams = await Promise.all(Array.from({ length: watchers }, () => client.stream(path)))
  const quiet = streams.map((stream) => countLines(stream, (text) => text.includes('k8s.io/initial-events-end')))
  await Promise.all(quiet.map(({ reached }) => reached))
  const before = quiet.map(({ lines }) => lines())
  const body = JSON.stringify({ metadata: { labels: { seen: 'true' } } })
  const type = 'application/merge-patch+json'
  const start = performance.now()
  const arrived = quiet.map(({ waitFor }, index) => waitFor((before[index] as number) + count))
  const writes = await load(count, (n) => ({ method: 'PATCH', path: pod(n), type, body }))
  await Promise.all(arrived)
  const ms = performance.now() - start
  for (const stream of streams) stream.destroy()
  return { ...writes, perSecond: (count * watchers * 1000) / ms }
}

function countLines(stream: NodeJS.ReadableStream, isReady: (text: string) => boolean) {
  let lines = 0
  let wanted = Number.POSITIVE_INFINITY
  let done = () => {}
  let ready = () => {}
  const reached = new Promise<void>((resolve) => {
    ready = resolve
  })
  stream.on('data', (chunk: Buffer) => {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++
    if (isReady(chunk.toString('latin1'))) ready()
    if (lines >= wanted) done()
  })
  stream.on('error', () => done())
  const waitFor = (count: number) =>
    new Promise<void>((resolve) => {
      wanted = count
      done = resolve
    })
  return { reached, lines: () => lines, waitFor }
}

process.on('message', (message: ServerAddress | Phase) => {
  if ('port' in message) {
    client = new LoadClient(message, CONNECTIONS)
    void load(WARM_UP, () => ({ method: 'GET', path: '/version' })).then(() => process.send?.('ready'))
    return
  }
  const before = process.cpuUsage()
  phases[message.name](message.count).then(
    (result) => {
      const { user, system } = process.cpuUsage(before)
      process.send?.({ ...result, clientCpuMs: (user + system) / 1000 } satisfies LoadResult)
    },
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(0))
