import { PassThrough } from 'node:stream'
import { resources } from '../../../../shared/api/resources.ts'
import type { Event, Pod, PodSpec } from '../../../../shared/api/types/core-v1.ts'
import { invariant } from '../../../../shared/lang/invariant.ts'
import { silentLogger } from '../../../../shared/lang/logger.ts'
import { ManualClock } from '../../../../shared/lang/manual-clock.ts'
import { createApiServer } from '../../apiserver/api-server.ts'
import type { Client } from '../../client/client.ts'
import { createClient } from '../../client/in-process-client.ts'
import { createInformers, type Informers } from '../../controller/informers.ts'
import type { DialCluster } from '../../network/cluster-network.ts'
import { memoryStore } from '../../store/memory-store.ts'
import { type Kubelet, startKubelet } from '../kubelet.ts'
import type { NodeConfig } from '../kubelet-deps.ts'
import type { SimulatedImage } from '../simulated/simulated-images.ts'
import { SimulatedRuntime } from '../simulated/simulated-runtime.ts'

export interface FixtureOptions {
  readonly images?: Readonly<Record<string, SimulatedImage>>
  readonly nodes?: readonly NodeConfig[]
  readonly dial?: DialCluster
}

/** A cluster of an API server, a simulated engine and a kubelet, on a clock moved by hand. */
export class KubeletFixture {
  readonly clock = new ManualClock()
  readonly client: Client
  readonly runtime: SimulatedRuntime
  readonly #options: FixtureOptions
  #informers: Informers | undefined
  kubelet: Kubelet | undefined

  constructor(options: FixtureOptions = {}) {
    const { clock } = this
    this.#options = options
    let ids = 0
    const random = { uuid: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`, number: () => 0.5 }
    const server = createApiServer({ store: memoryStore({ clock, freeze: true }), clock, random })
    this.client = createClient(server, { name: 'system:admin', groups: ['system:masters'] })
    this.runtime = new SimulatedRuntime({ clock, ...(options.images ? { images: options.images } : {}) })
  }

  async start(): Promise<this> {
    const { client, clock, runtime } = this
    if (!this.#informers) await createNamespaces(client)
    const logger = silentLogger
    this.#informers = createInformers({ client, clock, logger })
    this.#informers.start()
    const addresses = new Map<string, string>()
    const allocatePodIP = (uid: string) => {
      const address = addresses.get(uid) ?? `10.43.1.${addresses.size + 1}`
      addresses.set(uid, address)
      return address
    }
    this.kubelet = await startKubelet({
      client,
      runtime,
      informers: this.#informers,
      network: { allocatePodIP, releasePodIP() {} },
      dial: this.#options.dial ?? (async () => new PassThrough()),
      clock,
      random: () => 0.5,
      logger,
      clusterDomain: 'cluster.local',
      dnsServiceIP: '10.43.128.10',
      nodes: this.#options.nodes ?? [nodeConfig('node-1')],
    })
    await settle()
    return this
  }

  /** The kubelet's process ends and another begins; containers run on. */
  async restart(): Promise<void> {
    this.dispose()
    await this.start()
  }

  dispose(): void {
    this.kubelet?.dispose()
    this.#informers?.dispose()
  }

  /** Creates a pod bound to node-1 and lets the kubelet work. */
  async run(name: string, spec: Partial<PodSpec> & Pick<PodSpec, 'containers'>): Promise<Pod> {
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', generation: 1 },
      spec: { nodeName: 'node-1', automountServiceAccountToken: false, ...spec },
    }
    await this.client.resource(resources.pods).create(pod)
    await settle()
    return await this.pod(name)
  }

  async pod(name: string): Promise<Pod> {
    return await this.client.resource(resources.pods).get(name, 'default')
  }

  async uid(name: string): Promise<string> {
    const { uid } = (await this.pod(name)).metadata
    invariant(uid, 'stored pods have a uid')
    return uid
  }

  async podNames(): Promise<string[]> {
    const { items } = await this.client.resource(resources.pods).list({ namespace: 'default' })
    return items.map(({ metadata }) => metadata.name ?? '')
  }

  /** "Normal Pulled: message", oldest first; counts above 1 are shown. */
  async events(about: string): Promise<string[]> {
    const { items } = await this.client.resource(resources.events).list({ namespace: 'default' })
    const nanos = (event: Event) => event.metadata.name?.split('.').at(-1) ?? ''
    return items
      .filter((event) => event.involvedObject.name === about)
      .toSorted((a, b) => (nanos(a) < nanos(b) ? -1 : 1))
      .map(({ type, reason, message, count = 1 }) => `${type} ${reason}: ${message}${count > 1 ? ` (x${count})` : ''}`)
  }

  async advance(ms: number, stepMs = 1000): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(stepMs, left))
      await settle()
    }
  }
}

/** What the control plane makes for every cluster and pods need. */
export async function createNamespaces(client: Client): Promise<void> {
  for (const name of ['default', 'kube-node-lease']) {
    await client.resource(resources.namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  }
  const metadata = { name: 'default', namespace: 'default' }
  await client.resource(resources.serviceAccounts).create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata })
}

export function nodeConfig(name: string, over: Partial<NodeConfig> = {}): NodeConfig {
  return {
    name,
    address: '10.43.127.2',
    capacity: { cpu: '4', memory: '8Gi', 'ephemeral-storage': '50Gi', pods: '110' },
    allocatable: { cpu: '4', memory: '8Gi', 'ephemeral-storage': '50Gi', pods: '110' },
    machine: {
      architecture: 'amd64',
      kernelVersion: '6.1.0',
      osImage: 'Test Linux',
      containerRuntimeVersion: 'docker://20.10.24',
      machineID: 'machine',
      bootID: 'boot',
    },
    ...over,
  }
}

/** Lets everything that is ready to run do so. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) await new Promise((resolve) => setImmediate(resolve))
}

/** "Running app=running init=terminated:Completed": a pod's phase and container states in words. */
export function describePod(pod: Pod): string {
  const {
    phase,
    initContainerStatuses = [],
    containerStatuses = [],
    ephemeralContainerStatuses = [],
  } = pod.status ?? {}
  const states = [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses].map((status) => {
    const { waiting, terminated } = status.state ?? {}
    const text = waiting
      ? `waiting:${waiting.reason}`
      : terminated
        ? `${terminated.reason}(${terminated.exitCode})`
        : 'running'
    return `${status.name}=${text}${status.ready ? ' ready' : ''}${status.restartCount ? ` x${status.restartCount}` : ''}`
  })
  return [phase, ...states].join(', ')
}
