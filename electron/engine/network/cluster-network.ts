import type { Duplex } from 'node:stream'

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
  /** Reserves the pod's address for its uid (the same again when asked again). */
  allocatePodIP(uid: string): string
  releasePodIP(uid: string): void
}

/** Connects to an address of the cluster network, from the laptop. Rejects with ECONNREFUSED, ETIMEDOUT ... */
export type DialCluster = (address: string, port: number, signal?: AbortSignal) => Promise<Duplex>
