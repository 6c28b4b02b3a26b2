import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import type { Pod } from '../../shared/api/types/core-v1.ts'
import { EngineUnderTest, eventually } from '../support/engine-under-test.ts'

/** An hour by hand: SLIPWAY_TEST_CHAOS_SECONDS=3600. The same seed gives the same faults again. */
const SECONDS = Number(process.env.SLIPWAY_TEST_CHAOS_SECONDS ?? 60)
const SEED = Number(process.env.SLIPWAY_TEST_CHAOS_SEED ?? Date.now() % 1_000_000)
const READY_MS = 120_000
const engine = new EngineUnderTest()

const database = `apiVersion: v1
kind: Service
metadata: { name: db }
spec: { clusterIP: None, selector: { app: db }, ports: [{ port: 5432 }] }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  serviceName: db
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec:
      terminationGracePeriodSeconds: 5
      containers:
        - name: postgres
          image: postgres:17-alpine
          env:
            - { name: POSTGRES_USER, value: chaos }
            - { name: POSTGRES_PASSWORD, value: chaos }
            - { name: PGDATA, value: /var/lib/postgresql/data/pgdata }
          readinessProbe: { exec: { command: [pg_isready, --host=127.0.0.1, --username=chaos] }, periodSeconds: 1 }
          volumeMounts: [{ name: data, mountPath: /var/lib/postgresql/data }]
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`

beforeAll(async () => {
  await ensureImages(['postgres:17-alpine'])
  await engine.serve()
  const up = ['up', engine.cluster, '--nodes', '3', '--node-timings', 'fast', '--current']
  const { code, stderr } = await engine.slipway(...up)
  if (code !== 0) throw new Error(stderr)
  await engine.apply(database)
  await ready()
  await eventually('the table is there', READY_MS, async () => {
    return (await sql('CREATE TABLE IF NOT EXISTS rows (id integer PRIMARY KEY)')).code === 0
  })
})
afterAll(() => engine[Symbol.asyncDispose]())

const pod = () => engine.json<Pod>(['get', 'pod', 'db-0'])

function ready(): Promise<true> {
  return eventually('the database is ready', READY_MS, async () => {
    const { status, metadata } = await pod()
    const isReady = status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True')
    return !metadata.deletionTimestamp && isReady ? true : undefined
  })
}

function sql(statement: string) {
  const psql = ['psql', '--host=127.0.0.1', '--username=chaos', '--no-align', '--tuples-only', '--command', statement]
  return engine.tryKubectl(['exec', 'db-0', '--', 'env', 'PGPASSWORD=chaos', 'PGCONNECT_TIMEOUT=3', ...psql])
}

/** mulberry32: small, and the same everywhere. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

async function killContainer(role: 'container' | 'sandbox'): Promise<void> {
  const [id] = await engine.containers(`io.slipway.role=${role}`, 'io.slipway.pod.name=db-0')
  if (id !== undefined) await engine.docker('kill', id)
}

async function failNode(): Promise<void> {
  const node = (await pod()).spec?.nodeName ?? ''
  const cluster = ['--cluster', engine.cluster]
  const taint = 'node.kubernetes.io/out-of-service=nodeshutdown:NoExecute'
  await engine.slipway('node', 'fail', node, ...cluster)
  await engine.kubectl(['taint', 'node', node, taint])
  await eventually('the database is on another node', READY_MS, async () => {
    const { spec } = await pod()
    return spec?.nodeName !== undefined && spec.nodeName !== node
  })
  await engine.kubectl(['taint', 'node', node, `${taint}-`])
  await engine.slipway('node', 'restore', node, ...cluster)
}

async function crashEngine(): Promise<void> {
  await engine.kill('SIGKILL')
  await engine.serve()
}

const faults: Readonly<Record<string, () => Promise<void>>> = {
  'kill the database': () => killContainer('container'),
  'kill its sandbox': () => killContainer('sandbox'),
  'kill the engine process': crashEngine,
  'fail its node': failNode,
}

test('every row that PostgreSQL acknowledged is there after a minute of faults', {
  timeout: SECONDS * 1000 + 400_000,
}, async () => {
  process.stdout.write(`chaos: seed ${SEED}\n`)
  const random = randomOf(SEED)
  const acknowledged: number[] = []
  let going = true
  const writing = (async () => {
    for (let id = 1; going; id++) {
      const { code, stdout } = await sql(`INSERT INTO rows VALUES (${id}) RETURNING id`)
      if (code === 0 && stdout.startsWith(`${id}\n`)) acknowledged.push(id)
    }
  })()
  const done: string[] = []
  const end = performance.now() + SECONDS * 1000
  const names = Object.keys(faults)
  // Each once, in an order of the seed's, then whatever comes.
  const first = names.map((name) => ({ name, at: random() })).sort((a, b) => a.at - b.at)
  while (performance.now() < end || first.length > 0) {
    await delay(2000 + random() * 3000)
    const name = first.shift()?.name ?? (names[Math.floor(random() * names.length)] as string)
    done.push(name)
    await faults[name]?.()
    await ready()
  }
  going = false
  await writing
  await ready()
  const { stdout } = await eventually('the rows are read', READY_MS, async () => {
    const answer = await sql('SELECT id FROM rows ORDER BY id')
    return answer.code === 0 && answer
  })
  const kept = new Set(stdout.trim().split('\n').map(Number))
  expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
  process.stdout.write(`chaos: ${acknowledged.length} rows through ${done.length} faults: ${done.join(', ')}\n`)
  expect(acknowledged.length).toBeGreaterThan(10)
})
