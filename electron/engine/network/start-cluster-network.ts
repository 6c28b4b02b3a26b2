/**
 * The cluster's network on the engine, and the laptop's ways into it.
 *  - Found again: everything that runs is adopted; the stored subnet is all that must be remembered.
 *  - Independent: Services keep working while Slipway is closed, since the gateway holds their rules.
 *  - Self-tested: Services go through the kernel only after a connection through a Service address has answered.
 *  - Nothing listens beyond loopback and the cluster's own bridge.
 */
import type { Node, Pod, Service } from '../../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../../shared/api/types/discovery-v1.ts'
import { type Clock, delay } from '../../../shared/lang/clock.ts'
import { type Disposable, DisposableStore } from '../../../shared/lang/disposable.ts'
import type { Logger } from '../../../shared/lang/logger.ts'
import { AddressAllocator } from './address-allocator.ts'
import { planAddresses } from './address-plan.ts'
import { type ApiServerEndpoint, listenOnBridge } from './api-server-way.ts'
import { ensureBridgeNetwork } from './bridge-network.ts'
import { type ClusterNetworkConfig, chooseSubnet, networkSubnets } from './choose-subnet.ts'
import type { ClusterNetwork, DialCluster, DialDatagrams } from './cluster-network.ts'
import { dialDatagramsDirect } from './dial/dial-datagrams.ts'
import { dialDirect } from './dial/dial-direct.ts'
import { reachesCluster } from './dial/identify.ts'
import { Relay } from './dial/relay.ts'
import { Gateway, PROBE_PORT } from './gateway.ts'
import { hostSubnets } from './host-subnets.ts'
import { parseCidr } from './ipv4.ts'
import type { NetworkEngine } from './network-engine.ts'
import { NodeAnchors } from './node-anchors.ts'
import type { GatewayShare } from './policy/gateway-share.ts'
import { clientsByNode, zoneOfNode } from './rules/clients-by-node.ts'
import { type ServiceMode, ServicePath } from './rules/service-path.ts'
import { type ObjectSource, ServiceProxy } from './rules/service-proxy.ts'

export interface ClusterNetworkDeps {
  readonly engine: NetworkEngine
  readonly clock: Clock
  readonly logger: Logger
  readonly cluster: { readonly name: string; readonly uid: string }
  readonly config: ClusterNetworkConfig
  /** Of every object made on the engine: installation, cluster uid. */
  readonly labels: Readonly<Record<string, string>>
  /** From ensureSystemImage(gatewayImage(...)). */
  readonly gatewayImage: string
  /** Use the relay even where direct dialling works: for tests. */
  readonly forceRelay?: boolean
  /** Serve Services by HAProxy even where the kernel could: for tests. */
  readonly forceHaproxy?: boolean
  /** The runtime sets `replyPath` up in every sandbox, so that pods see their clients' addresses. */
  readonly replyRouting?: boolean
}

export interface RunningClusterNetwork extends ClusterNetwork, Disposable {
  readonly dial: DialCluster
  /** Undefined through the relay, which carries TCP only. */
  readonly dialDatagrams: DialDatagrams | undefined
  readonly way: 'direct' | 'relay'
  /** How Services are served; undefined until the first table was applied. */
  serviceMode(): ServiceMode | undefined
  /** Something for the cluster's status: the subnet overlaps a VPN's. */
  readonly warnings: readonly string[]
  readonly infrastructureCidr: string
  /** Undefined while the pod has none. */
  podIP(uid: string): string | undefined
  /** Lets pods reach the API server that listens on this loopback port; resolves with where. */
  exposeApiServer(localPort: number): Promise<ApiServerEndpoint>
  /** The container that holds the node's address, started when it does not run: hostNetwork pods join it. */
  nodeAnchor(node: string): Promise<string>
  /** Takes the node's anchor away when the node has left. */
  releaseNodeAnchor(node: string): Promise<void>
  /** After the addresses of the existing nodes were adopted. */
  adoptNodeAnchors(): Promise<void>
  /** Starts to serve Services; the sources must have their first list. */
  serve(sources: {
    readonly services: ObjectSource<Service>
    readonly endpointSlices: ObjectSource<EndpointSlice>
    /** For internalTrafficPolicy Local; without them it counts as Cluster. */
    readonly pods?: ObjectSource<Pod>
    /** For hints for zones; without them they count for nobody. */
    readonly nodes?: ObjectSource<Node>
    /** What NetworkPolicies ask of the gateway. */
    readonly policies?: GatewayShare | undefined
  }): ServiceProxy
  /** Takes the network, gateway and volume off the engine: the end of the cluster. Disposes first. */
  remove(): Promise<void>
}

const PROBE_TIMEOUT_MS = 2000
const PROBE_PERIOD_MS = 50
const API_SERVER_PORT = 6443
const REPLY_MARK = 0x51

/** Picks the network of a new cluster: store it with the cluster. */
export async function chooseClusterNetwork(engine: NetworkEngine, random: () => number): Promise<ClusterNetworkConfig> {
  const used = [...networkSubnets(await engine.listNetworks()), ...(await hostSubnets())]
  const subnet = chooseSubnet(used, random)
  if (subnet === undefined)
    throw new Error('Every private network range is in use on this machine: disconnect a VPN and try again.')
  return { subnet }
}

export async function startClusterNetwork(deps: ClusterNetworkDeps): Promise<RunningClusterNetwork> {
  const { engine, clock, logger, cluster } = deps
  const plan = planAddresses(deps.config.subnet)
  const name = `slipway-${cluster.name}-${cluster.uid.slice(0, 8)}`
  const { network, warning } = await ensureBridgeNetwork({ ...deps, cluster: cluster.name, name, plan })
  if (warning) logger.warn({ subnet: plan.subnet }, warning)
  const disposables = new DisposableStore()
  const gateway = disposables.add(
    new Gateway({
      engine,
      clock,
      logger,
      plan,
      name: `${name}-gateway`,
      network: name,
      image: deps.gatewayImage,
      clusterUid: cluster.uid,
      labels: { ...deps.labels, 'io.slipway.role': 'gateway' },
    }),
  )
  await gateway.start()
  const podAddresses = new AddressAllocator(plan.firstPodIP, plan.podIPs)
  const nodeAddresses = new AddressAllocator((parseCidr(plan.nodeCidr)?.base ?? 0) + 1, 253)
  const nodeIP = (node: string) => nodeAddresses.allocate(node)
  const anchors = new NodeAnchors({ ...deps, gateway, plan, network: name, image: deps.gatewayImage, nodeIP })
  const relay = disposables.add(new Relay({ gateway, clock, logger }))
  const direct = !deps.forceRelay && (await probe(dialDirect, plan.gatewayIP, deps))
  const dial = direct ? dialDirect : relay.dial
  let path: ServicePath | undefined

  return {
    ...plan,
    networkName: network.name,
    replyPath: { gatewayIP: plan.gatewayIP, gatewayMac: plan.gatewayMac, mark: REPLY_MARK },
    dial,
    dialDatagrams: direct ? dialDatagramsDirect : undefined,
    way: direct ? 'direct' : 'relay',
    warnings: warning ? [warning] : [],
    podIP: (uid) => podAddresses.of(uid),
    allocatePodIP: (uid) => podAddresses.allocate(uid),
    adoptPodIP: (uid, address) => podAddresses.adopt(uid, address),
    releasePodIP: (uid) => podAddresses.release(uid),
    allocateNodeIP: nodeIP,
    adoptNodeIP: (node, address) => nodeAddresses.adopt(node, address),
    async exposeApiServer(localPort) {
      if (direct) {
        const { endpoint, listener } = await listenOnBridge(plan.bridgeIP, localPort)
        const reachable = await gateway.exec(['nc', '-w', '2', endpoint.address, String(endpoint.port)], '')
        if (reachable.exitCode === 0) {
          disposables.add(listener)
          return endpoint
        }
        // A firewall on this machine keeps containers off: the relay needs no opening in it.
        listener.dispose()
        logger.info({ address: endpoint.address }, 'pods cannot reach this machine directly; using the relay')
      }
      await relay.forward({ address: plan.gatewayIP, port: API_SERVER_PORT, localPort })
      return { address: plan.gatewayIP, port: API_SERVER_PORT }
    },
    nodeAnchor: (node) => anchors.ensure(node),
    releaseNodeAnchor: (node) => anchors.release(node),
    adoptNodeAnchors: () => anchors.adopt(),
    serviceMode: () => path?.mode,
    serve({ services, endpointSlices, pods, nodes, policies }) {
      const serving = new ServicePath({
        gateway,
        plan,
        dial,
        clusterUid: cluster.uid,
        clock,
        logger,
        nft: {
          replyRouting: deps.replyRouting ?? false,
          clientsByNode: () => clientsByNode(pods?.list() ?? []),
          zonesByNode: () => new Map((nodes?.list() ?? []).map((node) => [node.metadata.name ?? '', zoneOfNode(node)])),
          nodeIP: (node) => nodeAddresses.addressOf(node),
          policies,
        },
        forceHaproxy: deps.forceHaproxy ?? false,
      })
      path = serving
      const proxy = disposables.add(
        new ServiceProxy({
          services,
          endpointSlices,
          pods,
          nodes,
          clock,
          logger,
          apply: (table) => serving.apply(table),
        }),
      )
      if (policies) disposables.add(policies.onChange(() => proxy.refresh()))
      disposables.add(
        gateway.onRestart(() => {
          serving.reset()
          proxy.refresh(0)
          anchors.yieldAddresses().catch((error: unknown) => logger.warn({ err: error }, 'the gateway went away again'))
        }),
      )
      return proxy
    },
    dispose: () => disposables.dispose(),
    async remove() {
      disposables.dispose()
      await anchors.remove()
      await engine.removeContainer(`${name}-gateway`)
      await engine.removeVolume(`${name}-gateway`)
      await engine.removeNetwork(network.id)
    },
  }
}

/** The gateway's processes need a moment after its start, so a refusal counts only when it lasts. */
async function probe(dial: DialCluster, address: string, deps: ClusterNetworkDeps): Promise<boolean> {
  const target = { address, port: PROBE_PORT, clusterUid: deps.cluster.uid }
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS)
  while (!signal.aborted) {
    if (await reachesCluster(dial, target, signal)) return true
    await delay(deps.clock, PROBE_PERIOD_MS)
  }
  return false
}
