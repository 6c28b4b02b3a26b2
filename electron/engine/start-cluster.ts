import { join } from 'node:path'
import { nodeTimings } from '../../shared/api/node-timings.ts'
import type { Logger } from '../../shared/lang/logger.ts'
import { Shutdown } from '../../shared/lang/shutdown.ts'
import { withoutRepeats } from '../../shared/lang/without-repeats.ts'
import type { Cluster } from './cluster.ts'
import { startLoops } from './cluster-loops.ts'
import { startControlPlane } from './control-plane.ts'
import { startDataPlane } from './data-plane.ts'
import { removeContainers as removeClusterContainers, stopContainers } from './docker/destroy-cluster.ts'
import type { DockerEngine } from './docker/docker-engine.ts'
import { DockerNetworkEngine } from './docker/network-engine.ts'
import { unpauseContainers } from './docker/pause-cluster.ts'
import type { ClusterRecord } from './installation/cluster-record.ts'
import type { SystemImageSources } from './installation/system-image-sources.ts'
import { planAddresses } from './network/address-plan.ts'
import { chooseClusterNetwork } from './network/start-cluster-network.ts'
import { withoutLeaving } from './node-pool.ts'
import { cordonAndDrain } from './node-removal.ts'
import { pausedText } from './paused-text.ts'
import { openClusterPki } from './pki/cluster-pki.ts'
import type { NodeHost } from './scalable-nodes.ts'
import { SystemClock } from './system-clock.ts'

/** What pods get to end in when their cluster is taken down. */
const DOWN_GRACE_MS = 10_000

export interface StartClusterDeps {
  readonly installationId: string
  /** The cluster's own directory. */
  readonly directory: string
  readonly record: ClusterRecord
  readonly docker: DockerEngine
  readonly images: SystemImageSources
  readonly logger: Logger
  /** The file that keeps what a probe of the engine found. */
  readonly probeCache: string
  readonly forceRelay: boolean
  /** Tells people what is being done. */
  progress(message: string): void
  readonly nodeHost: NodeHost
  /** Keeps what was chosen: ports, subnet. */
  changed(record: ClusterRecord): void
}

/**
 * Puts one cluster together: store and API first, then network, controllers, scheduler and kubelet. Resolves when its
 * nodes are ready to take pods. What was started is stopped again when a later part fails.
 */
export async function startCluster(deps: StartClusterDeps): Promise<Cluster> {
  const shutdown = new Shutdown()
  try {
    return await compose(deps, shutdown)
  } catch (error) {
    await shutdown.run().catch((cause: unknown) => deps.logger.warn({ err: cause }, 'cleaning up a failed start'))
    throw error
  }
}

async function compose(given: StartClusterDeps, shutdown: Shutdown): Promise<Cluster> {
  const clock = new SystemClock()
  // Its parts try again for as long as the engine is away.
  const logger = withoutRepeats(given.logger, clock)
  const deps = { ...given, logger }
  const { progress } = deps
  const wallClock = new SystemClock()
  shutdown.add(() => clock.dispose())
  shutdown.add(() => wallClock.dispose())
  const record = await withSubnet(deps)
  const addresses = planAddresses(record.subnet)
  const serverIPs = ['127.0.0.1', addresses.kubernetesServiceIP, addresses.bridgeIP, addresses.gatewayIP]
  const pki = await openClusterPki(join(deps.directory, 'pki'), serverIPs, clock.now())
  const directory = deps.directory
  const { serviceCidr } = addresses
  const { tolerationSeconds } = nodeTimings[record.nodeTimings ?? 'standard']
  let isPaused = false
  const held = () => (isPaused ? pausedText(record.name) : undefined)
  const plane = { held, tolerationSeconds, directory, pki, serviceCidr, apiPort: record.apiPort, clock, logger }
  const controlPlane = await startControlPlane(plane, shutdown)
  deps.changed({ ...record, apiPort: controlPlane.port })

  progress('Starting the network')
  const dataPlane = await startDataPlane({ ...deps, record, clock })
  shutdown.add(() => dataPlane.network.dispose())
  shutdown.add(() => dataPlane.runtime.dispose())

  progress('Starting the nodes')
  const loops = await startLoops({ ...deps, record, clock, pki, controlPlane, dataPlane }, shutdown)
  const { httpPort, ingressPorts } = loops
  deps.changed({ ...withoutLeaving(record), apiPort: controlPlane.port, httpPort, ingressPorts })
  const access = {
    name: record.name,
    server: `https://127.0.0.1:${controlPlane.port}`,
    caPem: pki.authority.cert,
    certPem: pki.admin.cert,
    keyPem: pki.admin.key,
  }
  const resume = async () => {
    await dataPlane.runtime.unpause()
    clock.resume()
    isPaused = false
  }
  const owner = { installation: deps.installationId, cluster: record.uid }
  return {
    access,
    client: controlPlane.client,
    streams: loops.streams,
    usage: loops.usage,
    resourceRef: ({ group, version, resource }) =>
      controlPlane.apiServer.context.registry.find(group, version, resource),
    setNodes: loops.setNodes,
    drainNode: (name) => cordonAndDrain({ client: controlPlane.client, clock }, name),
    removeNode: loops.removeNode,
    failNode: loops.failNode,
    restoreNode: loops.restoreNode,
    async pause() {
      isPaused = true
      clock.pause()
      try {
        await dataPlane.runtime.pause(wallClock)
      } catch (error) {
        await resume().catch((cause: unknown) => logger.warn({ err: cause }, 'some containers stay frozen'))
        throw error
      }
    },
    resume,
    async stop({ removeContainers }) {
      // What ends in order may wait for time to pass.
      clock.resume()
      await shutdown.run()
      if (!removeContainers) return
      await unpauseContainers(deps.docker, owner)
      await stopContainers(deps.docker, owner, DOWN_GRACE_MS)
      await removeClusterContainers(deps.docker, owner)
    },
  }
}

/** The record with a subnet: its own, or a free one for a new cluster. */
async function withSubnet(deps: StartClusterDeps): Promise<ClusterRecord> {
  if (deps.record.subnet !== '') return deps.record
  const { subnet } = await chooseClusterNetwork(new DockerNetworkEngine(deps.docker), Math.random)
  const record = { ...deps.record, subnet }
  deps.changed(record)
  return record
}
