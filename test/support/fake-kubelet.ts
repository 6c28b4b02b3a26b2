import { objectKey } from '../../shared/api/object.ts'
import { isPodReady } from '../../shared/api/pod-state.ts'
import { resources } from '../../shared/api/resources.ts'
import { isApiError } from '../../shared/api/status.ts'
import { microTimestamp, timestamp } from '../../shared/api/timestamp.ts'
import type { Lease } from '../../shared/api/types/coordination-v1.ts'
import type { Pod } from '../../shared/api/types/core-v1.ts'
import type { Disposable } from '../../shared/lang/disposable.ts'
import type { SimulatedCluster } from './simulated-cluster.ts'

export interface FakeKubelet extends Disposable {
  /** Pods that start but never become ready. */
  neverReady: (pod: Pod) => boolean
  /** Pods that are not started at all. */
  ignores: (pod: Pod) => boolean
  /** Deleted pods whose containers don't stop. */
  keeps: (pod: Pod) => boolean
  /** Nodes that don't renew their leases. */
  readonly silent: Set<string>
}

const HEARTBEAT_MS = 10_000

/**
 * Runs every pod of the cluster at once, in thought only: binds it to the node of its affinity or the first, gives it an address and readiness,
 * and lets it go when deleted. Renews the nodes' leases every ten seconds.
 */
export function fakeKubelet(cluster: SimulatedCluster): FakeKubelet {
  const pods = cluster.client.resource(resources.pods)
  const leases = cluster.client.resource(resources.leases)
  const nodes = cluster.informers.of(resources.nodes)
  const held = cluster.informers.of(resources.leases)
  let lastAddress = 0
  const kubelet: FakeKubelet = {
    neverReady: () => false,
    ignores: () => false,
    keeps: () => false,
    silent: new Set(),
    dispose() {
      subscription.dispose()
      heartbeat.dispose()
    },
  }
  const nodeFor = (pod: Pod) => {
    const affinity = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
    const wanted = affinity?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0]
    return wanted === undefined ? nodes.list()[0] : nodes.get(wanted)
  }
  const act = async (pod: Pod) => {
    const { name = '', namespace, deletionTimestamp } = pod.metadata
    if (kubelet.ignores(pod)) return
    if (deletionTimestamp !== undefined) {
      if (kubelet.keeps(pod)) return
      if (pod.status?.phase === 'Running')
        await pods.updateStatus({ ...pod, status: { ...pod.status, phase: 'Failed' } })
      await pods.delete({ name, namespace }, { gracePeriodSeconds: 0 })
      return
    }
    const node = pod.spec?.nodeName ? undefined : nodeFor(pod)
    if (node !== undefined) {
      const target = { kind: 'Node', name: node.metadata.name }
      const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace }, target }
      await pods.createSubresource({ name, namespace }, 'binding', binding)
      return
    }
    const ready = !kubelet.neverReady(pod)
    if (pod.status?.phase === 'Running' && isPodReady(pod) === ready) return
    lastAddress += pod.status?.podIP ? 0 : 1
    const at = timestamp(cluster.clock.now())
    const podIP = pod.status?.podIP ?? `10.1.${lastAddress >> 8}.${lastAddress & 255}`
    await pods.updateStatus({
      ...pod,
      status: {
        ...pod.status,
        phase: 'Running',
        podIP,
        podIPs: [{ ip: podIP }],
        startTime: at,
        conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: at }],
      },
    })
  }
  const observe = (pod: Pod) => {
    queueMicrotask(() => {
      act(pod).catch((error: unknown) => {
        // The next event brings the newer state.
        if (isApiError(error, 'Conflict') || isApiError(error, 'NotFound')) return
        cluster.logged.push(`fake kubelet: ${objectKey(pod)} ${error}`)
      })
    })
  }
  const beat = async () => {
    const renewTime = microTimestamp(cluster.clock.now())
    const renew = (lease: Lease) => leases.update({ ...lease, spec: { ...lease.spec, renewTime } })
    const beating = held.list('kube-node-lease').filter(({ metadata }) => !kubelet.silent.has(metadata.name ?? ''))
    await Promise.all(beating.map(renew))
  }
  const nextBeat = (): Disposable =>
    cluster.clock.after(HEARTBEAT_MS, () => {
      heartbeat = nextBeat()
      beat().catch((error: unknown) => cluster.logged.push(`fake kubelet: ${error}`))
    })
  let heartbeat = nextBeat()
  const subscription = cluster.informers
    .of(resources.pods)
    .onChange({ added: observe, updated: (_, pod) => observe(pod) })
  cluster.started.add(kubelet)
  return kubelet
}
