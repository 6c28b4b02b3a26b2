import { join } from 'node:path'
import { isPodTerminal } from '../../shared/api/pod-state.ts'
import { resources } from '../../shared/api/resources.ts'
import type { Clock } from '../../shared/lang/clock.ts'
import type { Logger } from '../../shared/lang/logger.ts'
import type { Client } from './client/client.ts'
import { copyVolume } from './docker/copy-volume.ts'
import type { DockerEngine } from './docker/docker-engine.ts'
import { DockerPodRuntime } from './docker/docker-pod-runtime.ts'
import { type EngineCapabilities, probeEngine } from './docker/engine-probe.ts'
import { ownerLabels } from './docker/labels.ts'
import { DockerNetworkEngine } from './docker/network-engine.ts'
import { unpauseContainers } from './docker/pause-cluster.ts'
import { replyPathCommands } from './docker/reply-path.ts'
import { ensureSandboxImage } from './docker/sandbox-image.ts'
import type { ClusterRecord } from './installation/cluster-record.ts'
import type { SystemImageSources } from './installation/system-image-sources.ts'
import { gatewayImage } from './network/images/gateway-image.ts'
import { ensureSystemImage } from './network/images/system-image.ts'
import type { NetworkEngine } from './network/network-engine.ts'
import { type RunningClusterNetwork, startClusterNetwork } from './network/start-cluster-network.ts'

export interface DataPlaneDeps {
  readonly docker: DockerEngine
  readonly record: ClusterRecord
  readonly installationId: string
  readonly images: SystemImageSources
  readonly clock: Clock
  readonly logger: Logger
  /** The file that keeps what a probe of the engine found. */
  readonly probeCache: string
  /** Use the relay even where direct dialling works: for tests. */
  readonly forceRelay: boolean
}

/** The cluster on the engine: its network with the gateway, and the runtime for its pods. */
export interface DataPlane {
  readonly engine: NetworkEngine
  readonly network: RunningClusterNetwork
  readonly runtime: DockerPodRuntime
  readonly capabilities: EngineCapabilities
  copyVolume(from: string, to: string): Promise<void>
}

export async function startDataPlane(deps: DataPlaneDeps): Promise<DataPlane> {
  const { docker, record, images, clock, logger } = deps
  const engine = new DockerNetworkEngine(docker)
  const owner = { installation: deps.installationId, cluster: record.uid }
  // The process that paused the cluster may be gone.
  await unpauseContainers(docker, owner)
  const sandboxImage = ensureSandboxImage(docker, sandboxSources(images))
  const [info, network] = await Promise.all([
    docker.info(),
    ensureSystemImage(gatewayImage(imageSource(images, 'gateway')), { engine, logger, archives: images.archives }).then(
      (image) =>
        startClusterNetwork({
          engine,
          clock,
          logger,
          cluster: { name: record.name, uid: record.uid },
          config: { subnet: record.subnet },
          labels: ownerLabels(owner),
          gatewayImage: image,
          forceRelay: deps.forceRelay,
          replyRouting: true,
        }),
    ),
    sandboxImage,
  ])
  const probe = { installation: deps.installationId, image: await sandboxImage, cachePath: deps.probeCache }
  const capabilities = await probeEngine({ engine: docker, ...probe })
  const runtime = new DockerPodRuntime({
    engine: docker,
    installation: deps.installationId,
    cluster: record.uid,
    networkName: network.networkName,
    clock,
    logger,
    cores: info.NCPU,
    sandboxImage: () => sandboxImage,
    networkSetup: () => replyPathCommands(network.replyPath),
    nodeAnchor: (node) => network.nodeAnchor(node),
    ...capabilities,
  })
  const copying = { engine: docker, owner, image: await sandboxImage }
  return { engine, network, runtime, capabilities, copyVolume: (from, to) => copyVolume(copying, from, to) }
}

/** Gives nodes and pods that the store knows their addresses again, before anything new asks for one. */
export async function adoptAddresses(network: RunningClusterNetwork, client: Client): Promise<void> {
  const nodes = await client.resource(resources.nodes).list()
  for (const { metadata, status } of nodes.items) {
    const address = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address
    if (address !== undefined) network.adoptNodeIP(metadata.name ?? '', address)
  }
  const pods = await client.resource(resources.pods).list()
  for (const pod of pods.items) {
    const address = pod.status?.podIP
    if (address && !pod.spec?.hostNetwork && !isPodTerminal(pod)) network.adoptPodIP(pod.metadata.uid ?? '', address)
  }
}

function sandboxSources({ sources, archives }: SystemImageSources) {
  return {
    ...(sources === undefined ? {} : { sourceDir: join(sources, 'sandbox') }),
    ...(archives === undefined ? {} : { binaryDir: archives }),
  }
}

/** A packaged app has no sources: the image's tag then comes from its archive's folder. */
export function imageSource({ sources, archives }: SystemImageSources, name: string): string {
  return join(sources ?? archives ?? '', name)
}
