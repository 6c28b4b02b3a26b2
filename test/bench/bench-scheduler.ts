import { randomUUID } from 'node:crypto'
import { createApiServer } from '../../electron/engine/apiserver/api-server.ts'
import { bootstrapCluster } from '../../electron/engine/apiserver/bootstrap/bootstrap-cluster.ts'
import type { Client } from '../../electron/engine/client/client.ts'
import { createClient } from '../../electron/engine/client/in-process-client.ts'
import { createInformers } from '../../electron/engine/controller/informers.ts'
import { ClusterState, NO_SURROUNDINGS } from '../../electron/engine/scheduler/cluster-state.ts'
import { NodeMemory } from '../../electron/engine/scheduler/node-memory.ts'
import type { Rejection } from '../../electron/engine/scheduler/node-trial.ts'
import { defaultPlugins } from '../../electron/engine/scheduler/plugins/default-plugins.ts'
import { type PodInfo, podInfo } from '../../electron/engine/scheduler/pod-info.ts'
import { type NodeOutcome, planPreemption } from '../../electron/engine/scheduler/preemption.ts'
import { schedulePod } from '../../electron/engine/scheduler/schedule-pod.ts'
import { startScheduler } from '../../electron/engine/scheduler/start-scheduler.ts'
import { memoryStore } from '../../electron/engine/store/memory-store.ts'
import { SystemClock } from '../../electron/engine/system-clock.ts'
import { resources } from '../../shared/api/resources.ts'
import type { Node, Pod, PodSpec } from '../../shared/api/types/core-v1.ts'
import { DisposableStore } from '../../shared/lang/disposable.ts'
import { silentLogger } from '../../shared/lang/logger.ts'
import { aNode, aPod } from '../support/scheduling-builders.ts'
import { type BenchSize, type Figure, percentile } from './figures.ts'
import { MEASURED, type SchedulingWorkload, schedulingWorkloads } from './scheduling-workloads.ts'

const ZONES = 10

/** Every workload twice: the placing alone, and all of it over the API server in the same process. */
export async function benchScheduler(size: BenchSize): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const workload of schedulingWorkloads) {
    const figure = (name: string, value: number, note?: string): Figure => {
      const aim = `> ${workload.minimumPodsPerSecond}`
      return { bench: 'scheduler', name, value, unit: 'pods/s', aim, ...(note ? { note } : {}) }
    }
    const ms = placingAlone(workload, size)
    const rate = (ms.length * 1000) / ms.reduce((sum, one) => sum + one, 0)
    const note = `p50 ${percentile(ms, 0.5).toFixed(2)} ms, p99 ${percentile(ms, 0.99).toFixed(2)} ms`
    figures.push(figure(`${workload.name}, ${workload.nodes[size]} nodes: placing alone`, rate, note))
    figures.push(figure(`${workload.name}, ${workload.nodes[size]} nodes: over the API`, await overApi(workload, size)))
  }
  return figures
}

const nodeName = (n: number) => `node-${n}`
const node = (n: number): Node =>
  aNode(nodeName(n))
    .label('topology.kubernetes.io/zone', `zone-${n % ZONES}`)
    .build()
const podOf = (name: string, spec: PodSpec): Pod => aPod(name).label('app', 'measured').spec(spec).build()

/** The pods that are there before, each with the node that it is on. */
function* earlierPods({ nodes, before }: SchedulingWorkload, size: BenchSize): Iterable<[pod: Pod, node: string]> {
  for (let n = 0; n < nodes[size]; n++) {
    for (let i = 0; i < (before?.perNode ?? 0); i++) {
      yield [
        aPod(`earlier-${n}-${i}`)
          .spec({ ...before?.spec })
          .build(),
        nodeName(n),
      ]
    }
  }
}

/** Milliseconds per pod. */
function placingAlone(workload: SchedulingWorkload, size: BenchSize): number[] {
  const { nodes, measured, service } = workload
  const selector = service ? { matchLabels: { app: 'measured' } } : undefined
  const cluster = new ClusterState({ ...NO_SURROUNDINGS, workloadSelector: () => selector && { ...selector } })
  for (let n = 0; n < nodes[size]; n++) cluster.setNode(node(n))
  for (const [pod, name] of earlierPods(workload, size)) cluster.assume(pod, name)
  let startIndex = 0
  const verdicts = new NodeMemory<Rejection | undefined>()
  const memory = new NodeMemory<NodeOutcome>()
  const place = (info: PodInfo) => {
    const search = { pod: info, cluster, startIndex, random: Math.random, memory: verdicts }
    const placement = schedulePod(defaultPlugins, search)
    startIndex = (startIndex + placement.examined) % nodes[size]
    if (placement.fits) {
      cluster.assume(info.pod, placement.node.name)
      return
    }
    const inputs = { pod: info, cluster, nodes: placement.preemptible, budgets: [], random: Math.random, memory }
    const preemption = planPreemption(defaultPlugins, inputs)
    if (preemption.node === undefined) throw new Error(placement.message)
    for (const { metadata } of preemption.victims) cluster.removePod(metadata.uid ?? '')
    cluster.nominations.set(info, preemption.node)
    place(info)
    cluster.nominations.drop(info.uid)
  }
  return Array.from({ length: measured[size] }, (_, n) => podInfo(podOf(`pod-${n}`, measured.spec))).map((info) => {
    const start = performance.now()
    place(info)
    return performance.now() - start
  })
}

/** Pods per second, from the start of the scheduler to the last binding. */
async function overApi(workload: SchedulingWorkload, size: BenchSize): Promise<number> {
  const open = new DisposableStore()
  const clock = open.add(new SystemClock())
  const random = { uuid: () => randomUUID(), number: Math.random }
  const apiServer = createApiServer({ store: memoryStore({ clock }), clock, random })
  await bootstrapCluster(apiServer)
  const client = createClient(apiServer, { name: 'system:kube-scheduler', groups: ['system:masters'] })
  await fill(client, workload, size)
  const informers = open.add(createInformers({ client, clock, logger: silentLogger }))
  const bound = new Set<string>()
  const { promise: all, resolve } = Promise.withResolvers<void>()
  const see = ({ metadata, spec }: Pod) => {
    if (spec?.nodeName && metadata.labels?.app === 'measured') bound.add(metadata.uid ?? '')
    if (bound.size === workload.measured[size]) resolve()
  }
  open.add(informers.of(resources.pods).onChange({ added: see, updated: (_, after) => see(after) }))
  informers.start()
  await Promise.all([informers.of(resources.nodes).synced(), informers.of(resources.pods).synced()])
  const start = performance.now()
  open.add(startScheduler({ client, informers, clock, random: Math.random, logger: silentLogger }))
  await all
  const rate = (bound.size * 1000) / (performance.now() - start)
  open.dispose()
  return rate
}

async function fill(client: Client, workload: SchedulingWorkload, size: BenchSize): Promise<void> {
  const { nodes, measured, service } = workload
  const { name, namespace } = { name: 'default', namespace: 'default' }
  await client
    .resource(resources.serviceAccounts)
    .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } })
  const metadata = { name: MEASURED }
  await client
    .resource(resources.priorityClasses)
    .create({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata, value: 10 })
  if (service) {
    const spec = { selector: { app: 'measured' }, ports: [{ port: 80 }] }
    await client
      .resource(resources.services)
      .create({ apiVersion: 'v1', kind: 'Service', metadata: { name: MEASURED, namespace }, spec })
  }
  for (let n = 0; n < nodes[size]; n++) {
    // As after the node lifecycle controller took the not-ready taint off, which every new node has.
    const created = await client.resource(resources.nodes).create(node(n))
    await client.resource(resources.nodes).update({ ...created, spec: {} })
  }
  const add = ({ metadata: { name, labels = {} }, ...rest }: Pod) =>
    client.resource(resources.pods).create({ ...rest, metadata: { name, namespace, labels } })
  for (const [pod, on] of earlierPods(workload, size))
    await add({ ...pod, spec: { ...pod.spec, nodeName: on } as PodSpec })
  for (let n = 0; n < measured[size]; n++) await add(podOf(`pod-${n}`, measured.spec))
}
