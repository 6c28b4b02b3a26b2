import { randomUUID } from 'node:crypto'
import { createApiServer } from '../../electron/engine/apiserver/api-server.ts'
import { bootstrapCluster } from '../../electron/engine/apiserver/bootstrap/bootstrap-cluster.ts'
import { createClient } from '../../electron/engine/client/in-process-client.ts'
import { createInformers } from '../../electron/engine/controller/informers.ts'
import { ClusterState } from '../../electron/engine/scheduler/cluster-state.ts'
import { defaultPlugins } from '../../electron/engine/scheduler/plugins/default-plugins.ts'
import { podInfo } from '../../electron/engine/scheduler/pod-info.ts'
import { schedulePod } from '../../electron/engine/scheduler/schedule-pod.ts'
import { startScheduler } from '../../electron/engine/scheduler/start-scheduler.ts'
import { memoryStore } from '../../electron/engine/store/memory-store.ts'
import { SystemClock } from '../../electron/engine/system-clock.ts'
import { resources } from '../../shared/api/resources.ts'
import type { Node, Pod } from '../../shared/api/types/core-v1.ts'
import { DisposableStore } from '../../shared/lang/disposable.ts'
import { silentLogger } from '../../shared/lang/logger.ts'
import { aNode, aPod } from '../support/scheduling-builders.ts'
import type { BenchSize, Figure } from './figures.ts'

/** Plain pods on simulated nodes: the placing alone, and all of it over the API server in the same process. */
export async function benchScheduler(size: BenchSize): Promise<Figure[]> {
  const [nodes, pods] = size === 'full' ? [5000, 2000] : [20, 20]
  const figure = (name: string, value: number): Figure => {
    return { bench: 'scheduler', name: `${name}, ${nodes} nodes`, value, unit: 'pods/s', aim: '> 1000' }
  }
  return [
    figure('placing alone', placingAlone(nodes, pods)),
    figure('with bindings in the API', await overApi(nodes, pods)),
  ]
}

const node = (n: number): Node => aNode(`node-${n}`).build()
const pod = (n: number): Pod => aPod(`pod-${n}`).requests({ cpu: '10m', memory: '16Mi' }).build()

function placingAlone(nodes: number, pods: number): number {
  const cluster = new ClusterState()
  for (let n = 0; n < nodes; n++) cluster.setNode(node(n))
  const waiting = Array.from({ length: pods }, (_, n) => podInfo(pod(n)))
  let startIndex = 0
  const start = performance.now()
  for (const info of waiting) {
    const placement = schedulePod(defaultPlugins, { pod: info, cluster, startIndex, random: Math.random })
    if (!placement.fits) throw new Error(placement.message)
    cluster.assume(info.pod, placement.node.name)
    startIndex = (startIndex + placement.examined) % nodes
  }
  return (pods * 1000) / (performance.now() - start)
}

async function overApi(nodes: number, pods: number): Promise<number> {
  const open = new DisposableStore()
  const clock = open.add(new SystemClock())
  const random = { uuid: () => randomUUID(), number: Math.random }
  const apiServer = createApiServer({ store: memoryStore({ clock }), clock, random })
  await bootstrapCluster(apiServer)
  const client = createClient(apiServer, { name: 'system:kube-scheduler', groups: ['system:masters'] })
  await client
    .resource(resources.serviceAccounts)
    .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } })
  for (let n = 0; n < nodes; n++) await addNode(node(n))
  for (let n = 0; n < pods; n++) await addPod(pod(n))
  const informers = open.add(createInformers({ client, clock, logger: silentLogger }))
  const bound = new Set<string>()
  const all = new Promise<void>((resolve) => {
    const see = ({ metadata, spec }: Pod) => {
      if (spec?.nodeName) bound.add(metadata.uid ?? '')
      if (bound.size === pods) resolve()
    }
    open.add(informers.of(resources.pods).onChange({ added: see, updated: (_, after) => see(after) }))
  })
  informers.start()
  await Promise.all([informers.of(resources.nodes).synced(), informers.of(resources.pods).synced()])
  const start = performance.now()
  open.add(startScheduler({ client, informers, clock, random: Math.random, logger: silentLogger }))
  await all
  const rate = (pods * 1000) / (performance.now() - start)
  open.dispose()
  return rate

  /** As after the node lifecycle controller took the not-ready taint off, which every new node has. */
  async function addNode(wanted: Node): Promise<void> {
    const created = await client.resource(resources.nodes).create(wanted)
    await client.resource(resources.nodes).update({ ...created, spec: {} })
  }

  async function addPod({ metadata, ...rest }: Pod): Promise<void> {
    await client.resource(resources.pods).create({ ...rest, metadata: { name: metadata.name, namespace: 'default' } })
  }
}
