import { nodeTimings } from '../../shared/api/node-timings.ts'
import { resources } from '../../shared/api/resources.ts'
import type { Clock } from '../../shared/lang/clock.ts'
import type { Disposable } from '../../shared/lang/disposable.ts'
import type { Logger } from '../../shared/lang/logger.ts'
import type { Shutdown } from '../../shared/lang/shutdown.ts'
import type { PodStreams } from './apiserver/pod-streams.ts'
import { registryDiscovery } from './client/discovery.ts'
import type { ControlPlane } from './control-plane.ts'
import { createEventRecorder } from './controller/event-recorder.ts'
import { createInformers } from './controller/informers.ts'
import { startControllers } from './controllers/start-controllers.ts'
import { adoptAddresses, type DataPlane, imageSource } from './data-plane.ts'
import { ContainerCounterReader } from './docker/container-counters.ts'
import type { DockerEngine } from './docker/docker-engine.ts'
import type { ClusterRecord, NodeRecord } from './installation/cluster-record.ts'
import type { SystemImageSources } from './installation/system-image-sources.ts'
import { startKubelet } from './kubelet/kubelet.ts'
import { UsageHistory } from './metrics/usage-history.ts'
import { UsageSampler } from './metrics/usage-sampler.ts'
import { dnsImage } from './network/images/dns-image.ts'
import { ensureSystemImage } from './network/images/system-image.ts'
import { startServices } from './network/start-services.ts'
import { policyEnforcement, startNetworkPolicies } from './network-policies.ts'
import { nodeConfigs } from './node-configs.ts'
import { withoutLeaving } from './node-pool.ts'
import { forgetNode } from './node-removal.ts'
import { nodesReady } from './nodes-ready.ts'
import type { ClusterPki } from './pki/cluster-pki.ts'
import { type NodeHost, scalableNodes } from './scalable-nodes.ts'
import { DEFAULT_CONFIGURATION } from './scheduler/config/scheduler-configuration.ts'
import { placementSimulator } from './scheduler/simulate-placement.ts'
import { startScheduler } from './scheduler/start-scheduler.ts'
import { parseConfiguration } from './scheduler-config/parse-configuration.ts'

const CLUSTER_DOMAIN = 'cluster.local'
const INGRESS_PORTS = { http: 80, https: 443 }

export interface ClusterLoopsDeps {
  readonly docker: DockerEngine
  readonly installationId: string
  readonly record: ClusterRecord
  readonly pki: ClusterPki
  readonly clock: Clock
  readonly logger: Logger
  readonly images: SystemImageSources
  readonly controlPlane: ControlPlane
  readonly dataPlane: DataPlane
  readonly nodeHost: NodeHost
}

export interface ClusterLoops {
  readonly streams: PodStreams
  readonly usage: UsageHistory
  /** Where *.localhost answers. */
  readonly httpPort: number
  /** Where Ingresses answer. */
  readonly ingressPorts: { readonly http: number; readonly https: number }
  setNodes(nodes: readonly NodeRecord[]): Promise<void>
  removeNode(name: string): Promise<void>
  failNode(name: string): Promise<void>
  restoreNode(name: string): void
}

/** Starts what keeps the cluster as its objects say; resolves when the nodes are ready to take pods. */
export async function startLoops(deps: ClusterLoopsDeps, shutdown: Shutdown): Promise<ClusterLoops> {
  const { clock, logger, record, controlPlane } = deps
  const { client } = controlPlane
  const { network, runtime } = deps.dataPlane
  const random = Math.random
  const timings = nodeTimings[record.nodeTimings ?? 'standard']
  const { schedulerConfig } = record
  const configuration = schedulerConfig === undefined ? DEFAULT_CONFIGURATION : parseConfiguration(schedulerConfig)
  const keep = <T extends Disposable>(part: T): T => {
    shutdown.add(() => part.dispose())
    return part
  }
  const [info, endpoint] = await Promise.all([
    deps.docker.info(),
    network.exposeApiServer(controlPlane.port),
    adoptAddresses(network, client),
  ])
  await network.adoptNodeAnchors()
  const informers = keep(createInformers({ client, clock, logger }))
  const apiServer = { clusterIP: network.kubernetesServiceIP, endpoint }
  const discovery = registryDiscovery(controlPlane.apiServer.context.registry)
  const rootCa = deps.pki.authority.cert
  const { engine: networkEngine } = deps.dataPlane
  const owner = { installation: deps.installationId, cluster: record.uid }
  const root = process.platform === 'linux' ? '/' : undefined
  const counters = new ContainerCounterReader({ engine: deps.docker, owner, root })
  const usage = keep(new UsageSampler({ counters: () => counters.read(), clock, logger }))
  let nodes = withoutLeaving(record).nodes
  const usageHistory = keep(new UsageHistory({ sampler: usage, nodeNames: () => nodes.map(({ name }) => name) }))
  controlPlane.setUsage(usage)
  usage.start()
  const removeVolume = (name: string) => networkEngine.removeVolume(name)
  keep(
    startControllers({
      client,
      informers,
      clock,
      logger,
      discovery,
      apiServer,
      rootCa,
      removeVolume,
      copyVolume: deps.dataPlane.copyVolume,
      podUsage: () => usage.pods(),
      policyEnforcement: () => policyEnforcement(deps.dataPlane),
      nodeGraceMs: timings.graceMs,
      nodeScaling: {
        scalableNodes: scalableNodes(deps.nodeHost, info, clock),
        simulatePlacement: placementSimulator(informers, configuration),
        scalingTimings: timings.scaling,
      },
    }),
  )
  keep(startScheduler({ client, informers, clock, random, logger, configuration }))
  const events = keep(createEventRecorder({ client, clock, logger, component: 'slipway-services' }))
  const policies = startNetworkPolicies(deps.dataPlane, { informers, events, clock, logger })
  if (policies) keep(policies.enforcer)
  informers.start()
  const configs = (nodes: readonly NodeRecord[]) => nodeConfigs(nodes, info, (name) => network.allocateNodeIP(name))
  const kubelet = keep(
    await startKubelet({
      client,
      informers,
      runtime,
      network,
      dial: network.dial,
      clock,
      random,
      logger,
      clusterDomain: CLUSTER_DOMAIN,
      dnsServiceIP: network.dnsServiceIP,
      nodes: configs(nodes),
      failedNodes: nodes.filter(({ failed }) => failed).map(({ name }) => name),
      heartbeatMs: timings.heartbeatMs,
    }),
  )
  controlPlane.setStreams(kubelet.streams)
  const services = informers.of(resources.services)
  const endpointSlices = informers.of(resources.endpointSlices)
  await Promise.all([services.synced(), endpointSlices.synced()])
  // The gateway keeps the rules of its last time until it gets all of the new ones.
  await policies?.enforcer.planned()
  const { archives } = deps.images
  const serving = keep(
    await startServices({
      network,
      client,
      services,
      endpointSlices,
      pods: informers.of(resources.pods),
      nodes: informers.of(resources.nodes),
      policies: policies?.gateway,
      events,
      clock,
      logger,
      random,
      cluster: record.name,
      httpPort: record.httpPort,
      ingressPorts: record.ingressPorts ?? INGRESS_PORTS,
      ingresses: informers.of(resources.ingresses),
      ingressClasses: informers.of(resources.ingressClasses),
      secrets: informers.of(resources.secrets),
      certificate: { cert: deps.pki.server.cert, key: deps.pki.server.key },
      dnsImage: () =>
        ensureSystemImage(dnsImage(imageSource(deps.images, 'dns')), { engine: networkEngine, logger, archives }),
    }),
  )
  const setNodes = async (wanted: readonly NodeRecord[]) => {
    nodes = wanted
    kubelet.setNodes(configs(wanted))
    const names = wanted.map(({ name }) => name)
    await nodesReady(
      informers,
      names.filter((name) => !kubelet.isFailed(name)),
      clock,
    )
  }
  const forget = async (name: string) => {
    await forgetNode(client, name)
    await network.releaseNodeAnchor(name)
  }
  // What a removal that was interrupted has left.
  for (const { name, leaving } of record.nodes) if (leaving) await forget(name)
  await setNodes(nodes)
  return {
    streams: kubelet.streams,
    usage: usageHistory,
    httpPort: serving.httpPort,
    ingressPorts: serving.ingressPorts,
    setNodes,
    async removeNode(name) {
      await kubelet.failNode(name)
      nodes = nodes.filter((node) => node.name !== name)
      kubelet.setNodes(configs(nodes))
      await forget(name)
    },
    failNode: (name) => kubelet.failNode(name),
    restoreNode: (name) => kubelet.recoverNode(name),
  }
}
