import type { Duplex } from 'node:stream'
import type { Disposable } from '../../../shared/lang/disposable.ts'

/** The cluster's network on the engine. */
export interface ClusterNetwork {
  /** "10.43.0.0/16": pods in the lower half, Services in the upper. */
  readonly subnet: string
  readonly podCidr: string
  readonly serviceCidr: string
  /** The engine's name and id of the bridge network. */
  readonly networkName: string
  readonly gatewayIP: string
  readonly dnsServiceIP: string
  /** The first Service address: `kubernetes.default`. */
  readonly kubernetesServiceIP: string
  /** What a sandbox needs to send the replies of connections that came through the gateway back through it. */
  readonly replyPath: ReplyPath
  /** Reserves the pod's address for its uid (the same again when asked again). */
  allocatePodIP(uid: string): string
  /** Records the address of a pod that already runs; false when it can't be its own. */
  adoptPodIP(uid: string, address: string): boolean
  releasePodIP(uid: string): void
  /** The node's address, the same again when asked again. NodePorts answer there. */
  allocateNodeIP(name: string): string
  adoptNodeIP(name: string, address: string): boolean
}

export interface ReplyPath {
  readonly gatewayIP: string
  readonly gatewayMac: string
  /** Of connections and packets, and the number of the routing table. */
  readonly mark: number
}

/** Connects to an address of the cluster network, from the laptop. Rejects with ECONNREFUSED, ETIMEDOUT ... */
export type DialCluster = (address: string, port: number, signal?: AbortSignal) => Promise<Duplex>

/** One client's datagrams to one address and port of the cluster network. */
export interface Datagrams extends Disposable {
  send(data: Buffer): void
}

/** `failed` is the last call: nobody listens at the address. */
export type DialDatagrams = (
  address: string,
  port: number,
  client: { readonly received: (data: Buffer) => void; readonly failed: () => void },
) => Datagrams
