import { registryDiscovery } from '../../../electron/engine/client/discovery.ts'
import type { PolicyEnforcement } from '../../../electron/engine/controllers/networkpolicy/reconcile.ts'
import { startControllers } from '../../../electron/engine/controllers/start-controllers.ts'
import { resources } from '../../../shared/api/resources.ts'
import { microTimestamp, timestamp } from '../../../shared/api/timestamp.ts'
import type { Node, Pod } from '../../../shared/api/types/core-v1.ts'
import type { ContainerUsage, PodUsage } from '../../../shared/api/usage.ts'
import { type FakeKubelet, fakeKubelet } from '../../support/fake-kubelet.ts'
import { type SimulatedCluster, simulatedCluster } from '../../support/simulated-cluster.ts'

export interface World {
  readonly cluster: SimulatedCluster
  readonly kubelet: FakeKubelet
  /** Names of engine volumes that were removed with their data. */
  readonly removedVolumes: string[]
  /** \"from -> to\". */
  readonly copiedVolumes: string[]
  /** Copying takes until this is over. */
  copying: Promise<void>
  /** What each pod uses; by default nothing is known. */
  usage: (pod: Pod) => ContainerUsage[] | undefined
  policyEnforcement: PolicyEnforcement
}

/** Every controller over the real API server, with nodes node-1, ... and a kubelet that runs pods in thought only. */
export async function world(nodes = 1): Promise<World> {
  const cluster = await simulatedCluster()
  const removedVolumes: string[] = []
  const copiedVolumes: string[] = []
  const started: Partial<World> = {
    cluster,
    removedVolumes,
    copiedVolumes,
    copying: Promise.resolve(),
    usage: () => undefined,
    policyEnforcement: 'full',
  }
  const pods = cluster.informers.of(resources.pods)
  const podUsage = (): PodUsage[] =>
    pods.list().flatMap((pod) => {
      const containers = started.usage?.(pod)
      const { name = '', namespace = '', uid = '' } = pod.metadata
      const at = cluster.clock.now()
      return containers
        ? { name, namespace, uid, node: pod.spec?.nodeName ?? '', at, windowMs: 15_000, containers }
        : []
    })
  cluster.started.add(
    startControllers({
      ...cluster,
      discovery: registryDiscovery(cluster.apiServer.context.registry),
      apiServer: { clusterIP: '10.96.0.1', endpoint: { address: '10.1.0.2', port: 6443 } },
      rootCa: 'PEM',
      removeVolume: async (name) => {
        removedVolumes.push(name)
      },
      copyVolume: async (from, to) => {
        await started.copying
        copiedVolumes.push(`${from} -> ${to}`)
      },
      podUsage,
      policyEnforcement: () => started.policyEnforcement ?? 'full',
    }),
  )
  const kubelet = fakeKubelet(cluster)
  cluster.informers.start()
  await cluster.settle()
  const complete = Object.assign(started, { kubelet }) as World
  for (let index = 1; index <= nodes; index++) await addNode(complete, `node-${index}`)
  return complete
}

async function addNode({ cluster }: World, name: string): Promise<void> {
  const { client, clock } = cluster
  const at = timestamp(clock.now())
  const node: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'topology.kubernetes.io/zone': 'a' } },
    status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: at, lastTransitionTime: at }] },
  }
  await client.resource(resources.nodes).create(node)
  const body = { status: node.status }
  const patch = { type: 'application/merge-patch+json', subresource: 'status', body } as const
  await client.resource(resources.nodes).patch({ name }, patch)
  await client.resource(resources.leases).create({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microTimestamp(clock.now()) },
  })
  await cluster.settle()
}

export function pod(name: string, spec: Partial<Pod['spec'] & object> = {}, labels: Record<string, string> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels },
    spec: { containers: [{ name: 'main', image: 'busybox' }], ...spec },
  }
}
