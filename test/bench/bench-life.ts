import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { startScheduler } from '../../electron/engine/scheduler/start-scheduler.ts'
import { isPodReady } from '../../shared/api/pod-state.ts'
import { resources } from '../../shared/api/resources.ts'
import { microTimestamp, timestamp } from '../../shared/api/timestamp.ts'
import type { Deployment } from '../../shared/api/types/apps-v1.ts'
import type { Pod } from '../../shared/api/types/core-v1.ts'
import { aNode } from '../support/scheduling-builders.ts'
import { type World, world } from '../unit/controllers/world.ts'
import type { BenchSize, Figure } from './figures.ts'

const ZONES = 10
const NAMESPACE = 'default'
/** So long pods stay on a node that is not ready. */
const TOLERATION_SECONDS = 5
/** More time than this, in the cluster's own, means that it hangs. */
const PATIENCE_MS = 3_600_000
const STEP_MS = 5000

/**
 * The life of a large cluster whose kubelets are simulated: every controller, the scheduler and the API server in one
 * process. Times are those of the machine; the cluster's own clock jumps from one timer to the next.
 */
export async function benchLife(size: BenchSize): Promise<Figure[]> {
  const [nodes, deployments, replicas] = size === 'full' ? [5000, 20, 1000] : [20, 2, 20]
  return [...(await oneDeployment(size)), ...(await life(nodes, deployments, replicas))]
}

async function oneDeployment(size: BenchSize): Promise<Figure[]> {
  const [nodes, replicas] = size === 'full' ? [100, 1000] : [5, 20]
  const simulated = await worldOf(nodes)
  await using _ = simulated.cluster
  const seconds = await timed(async () => {
    await deploy(simulated, 'web', replicas)
    await untilPods(simulated, isRunning, ({ held }) => held === replicas)
  })
  const name = `a Deployment of ${replicas} replicas on ${nodes} nodes, to all Running`
  return [{ bench: 'life', name, value: seconds, unit: 's' }]
}

async function life(nodes: number, deployments: number, replicas: number): Promise<Figure[]> {
  const before = heapMB()
  const simulated = await worldOf(nodes)
  await using _ = simulated.cluster
  const { client } = simulated.cluster
  const total = deployments * replicas
  const figures: Figure[] = []
  const { clock } = simulated.cluster
  const phase = async (name: string, begin: () => Promise<void>, holds: (pod: Pod) => boolean, done: Done) => {
    const used = process.cpuUsage()
    const from = clock.monotonicMs()
    const seconds = await timed(async () => {
      await begin()
      await untilPods(simulated, holds, done)
    })
    const { user, system } = process.cpuUsage(used)
    const note = [
      `${((user + system) / 1e6).toFixed(1)} s of processor`,
      `${(clock.monotonicMs() - from) / 1000} s of the cluster's time`,
      `${Math.round(process.memoryUsage().rss / 2 ** 20)} MB resident, ${Math.round(heapMB())} MB in use`,
    ].join(', ')
    figures.push({ bench: 'life', name: `${nodes} nodes, ${total} pods: ${name}`, value: seconds, unit: 's', note })
  }
  const apps = client.resource(resources.deployments)
  const names = Array.from({ length: deployments }, (_, n) => `app-${n}`)
  const start = async () => {
    for (const name of names) await deploy(simulated, name, replicas)
  }
  await phase('start', start, isRunning, ({ held }) => held === total)
  figures.push(await memory(simulated, before))

  const roll = async () => {
    const body = { spec: { template: { metadata: { labels: { version: '2' } } } } }
    for (const name of names) {
      await apps.patch({ name, namespace: NAMESPACE }, { type: 'application/merge-patch+json', body })
    }
  }
  const isRolled = (pod: Pod) => isRunning(pod) && pod.metadata.labels?.version === '2'
  await phase('roll', roll, isRolled, ({ all, held }) => all === total && held === total)

  const failed = Array.from({ length: Math.ceil(nodes / 10) }, (_, n) => nodeName(n))
  const fail = async () => {
    for (const name of failed) simulated.kubelet.silent.add(name)
  }
  const isHealthy = (pod: Pod) => isRunning(pod) && !simulated.kubelet.silent.has(pod.spec?.nodeName ?? '')
  await phase('fail 10 % of the nodes', fail, isHealthy, ({ held }) => held === total)

  const remove = async () => {
    for (const name of names) await apps.delete({ name, namespace: NAMESPACE })
  }
  await phase('delete', remove, isRunning, ({ all }) => all === 0)
  return figures
}

async function memory({ cluster }: World, before: number): Promise<Figure> {
  const { items } = await cluster.client.resource(resources.pods).list()
  const objects = items.length + cluster.informers.of(resources.nodes).list().length
  const value = ((heapMB() - before) * 1000) / objects
  const note = `of ${objects} pods and nodes, what belongs to them included`
  return { bench: 'life', name: 'memory per 1,000 objects', value, unit: 'MB', note }
}

function heapMB(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed / 2 ** 20
}

const nodeName = (n: number) => `node-${n}`

async function worldOf(nodes: number): Promise<World> {
  const simulated = await world(0)
  const { cluster, kubelet } = simulated
  kubelet.ignores = ({ spec, metadata }) => !spec?.nodeName && metadata.deletionTimestamp === undefined
  cluster.started.add(startScheduler({ ...cluster, random: Math.random }))
  for (let n = 0; n < nodes; n++) await addNode(simulated, n)
  await until(simulated, () =>
    cluster.informers
      .of(resources.nodes)
      .list()
      .every(({ spec }) => !spec?.taints?.length),
  )
  return simulated
}

async function addNode({ cluster: { client, clock } }: World, n: number): Promise<void> {
  const at = timestamp(clock.now())
  const zone = `zone-${Math.floor(n / 10) % ZONES}`
  const { status, ...node } = aNode(nodeName(n)).label('topology.kubernetes.io/zone', zone).build()
  const conditions = [{ type: 'Ready', status: 'True', lastHeartbeatTime: at, lastTransitionTime: at }]
  await client.resource(resources.nodes).create(node)
  const patch = { type: 'application/merge-patch+json', subresource: 'status' } as const
  const key = { name: nodeName(n) }
  await client.resource(resources.nodes).patch(key, { ...patch, body: { status: { ...status, conditions } } })
  await client.resource(resources.leases).create({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: nodeName(n), namespace: 'kube-node-lease' },
    spec: { holderIdentity: nodeName(n), leaseDurationSeconds: 40, renewTime: microTimestamp(clock.now()) },
  })
}

async function deploy({ cluster }: World, name: string, replicas: number): Promise<void> {
  const labels = { app: name }
  const tolerations = ['not-ready', 'unreachable'].map((key) => ({
    key: `node.kubernetes.io/${key}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: TOLERATION_SECONDS,
  }))
  const resourcesOf = { requests: { cpu: '10m', memory: '16Mi' } }
  const deployment: Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { tolerations, containers: [{ name: 'main', image: 'busybox:1', resources: resourcesOf }] },
      },
    },
  }
  await cluster.client.resource(resources.deployments).create(deployment)
}

function isRunning(pod: Pod): boolean {
  return isPodReady(pod) && pod.metadata.deletionTimestamp === undefined
}

/** How many pods there are, and for how many something holds. */
type Done = (pods: { readonly all: number; readonly held: number }) => boolean

/** Counts pods as they change: to look at all of them at each step would be part of what is measured. */
async function untilPods(world: World, holds: (pod: Pod) => boolean, done: Done): Promise<void> {
  const pods = { all: 0, held: 0 }
  const count = (pod: Pod, sign: 1 | -1) => {
    pods.all += sign
    if (holds(pod)) pods.held += sign
  }
  const subscription = world.cluster.informers.of(resources.pods).onChange({
    added: (pod) => count(pod, 1),
    updated(before, after) {
      count(before, -1)
      count(after, 1)
    },
    deleted: (pod) => count(pod, -1),
  })
  try {
    await until(world, () => done(pods))
  } finally {
    subscription.dispose()
  }
}

/** Lets the cluster's time go on until then. */
async function until({ cluster }: World, done: () => boolean): Promise<void> {
  const end = cluster.clock.monotonicMs() + PATIENCE_MS
  await cluster.settle()
  while (!done()) {
    if (cluster.clock.monotonicMs() > end)
      throw new Error(`not within an hour: ${cluster.logged.slice(0, 5).join('; ')}`)
    await cluster.advance(STEP_MS)
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
