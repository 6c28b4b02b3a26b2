import { ApiError } from '../../shared/api/status.ts'
import type { ClaimedData, ClusterPhase, ClusterSummary, NodeState } from '../../shared/ipc/contract.ts'
import type { Clock } from '../../shared/lang/clock.ts'
import { Emitter } from '../../shared/lang/emitter.ts'
import type { Logger } from '../../shared/lang/logger.ts'
import { claimedData } from './claimed-data.ts'
import type { Cluster } from './cluster.ts'
import { addNode, type NodeChanges, removeNode, setNodeCount } from './host-nodes.ts'
import type { ClusterRecord, ClusterRecords } from './installation/cluster-record.ts'
import { removeFromUserKubeconfig } from './installation/kubeconfig.ts'
import { type NodeWish, newNodes, withFailure, withoutLeaving } from './node-pool.ts'
import { type Machine, requireQuantities, requireRoom } from './node-sizes.ts'
import { nodeStates } from './node-states.ts'
import { pausedText } from './paused-text.ts'
import type { NodeHost } from './scalable-nodes.ts'
import { requireSameStart, requireValidOptions, scalingOf, type UpOptions, withStart } from './up-options.ts'

export interface EngineHostDeps {
  readonly records: ClusterRecords
  readonly clock: Clock
  readonly logger: Logger
  /** Starts a cluster's control plane and reports what it does meanwhile; `changed` keeps what it chose (ports, subnet). */
  start(
    record: ClusterRecord,
    progress: (message: string) => void,
    changed: (record: ClusterRecord) => void,
    nodeHost: NodeHost,
  ): Promise<Cluster>
  /** What the engine's machine has. */
  machine(): Promise<Machine>
  /** Removes every container, network and volume of a cluster from the engine. */
  destroy(record: ClusterRecord): Promise<void>
}

interface Entry {
  record: ClusterRecord
  phase: ClusterPhase
  message: string
  cluster: Cluster | undefined
  /** The last operation on this cluster: the next one waits for it. */
  tail: Promise<unknown>
}

/**
 * The clusters of one installation and what can be done with them.
 * - One operation at a time per cluster; different clusters go on side by side.
 * - A cluster that should run is started again with the engine; a failure is kept as its phase and message.
 */
export class EngineHost {
  readonly #deps: EngineHostDeps
  readonly #entries = new Map<string, Entry>()
  readonly #changes = new Emitter<readonly ClusterSummary[]>()

  /** The whole list, after each change. */
  readonly onChange = this.#changes.event

  constructor(deps: EngineHostDeps) {
    this.#deps = deps
    for (const record of deps.records.list()) this.#entries.set(record.name, newEntry(record))
  }

  list(): ClusterSummary[] {
    return [...this.#entries.values()].map(summary)
  }

  /** The running cluster; throws a NotFound or ServiceUnavailable ApiError. */
  running(name: string): Cluster {
    const entry = this.#entries.get(name)
    if (entry === undefined) throw unknownCluster(name)
    if (entry.cluster === undefined) {
      throw new ApiError(
        'ServiceUnavailable',
        `cluster "${name}" is ${entry.phase}${entry.message ? `: ${entry.message}` : ''}`,
      )
    }
    return entry.cluster
  }

  /** A running cluster that takes changes; throws as `running` does, and while it is paused. */
  changeable(name: string): Cluster {
    const cluster = this.running(name)
    const entry = this.#entries.get(name)
    if (entry !== undefined) requireRunning(entry)
    return cluster
  }

  /** Starts the clusters that ran when the engine last ended. */
  async resumeAll(): Promise<void> {
    const wanted = [...this.#entries.values()].filter((entry) => entry.record.running)
    await Promise.allSettled(wanted.map((entry) => this.up(entry.record.name, {})))
  }

  async up(name: string, options: UpOptions): Promise<ClusterSummary> {
    const known = this.#entries.get(name)
    requireValidOptions(options, known?.record)
    const entry = known ?? (await this.#create(name, options))
    return this.#exclusive(entry, (own) => this.#start(own, options))
  }

  /** Refuses before anything is kept. */
  async #create(name: string, options: UpOptions): Promise<Entry> {
    const { nodes: count = 1, maxNodes = 0, cpu, memory, overcommit } = options
    const oneOf = Math.max(count, maxNodes)
    const nodes = newNodes(name, count, { ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}), oneOf })
    if ((cpu ?? memory) !== undefined && !overcommit) {
      const machine = await this.#deps.machine()
      for (const [index, node] of nodes.entries()) requireRoom(nodes.slice(0, index), node, machine)
    }
    const known = this.#entries.get(name)
    if (known) return known
    const createdAt = new Date(this.#deps.clock.now()).toISOString()
    const entry = newEntry(this.#deps.records.create(name, nodes, createdAt))
    this.#entries.set(name, entry)
    return entry
  }

  /** Stops the control plane and removes the containers; objects and volumes stay. */
  down(name: string): Promise<ClusterSummary> {
    return this.#operate(name, async (entry) => {
      this.#keep(entry, { ...entry.record, running: false })
      if (entry.cluster === undefined) return this.#phase(entry, 'stopped', '')
      this.#phase(entry, 'stopping', 'Stopping pods')
      await entry.cluster.stop({ removeContainers: true })
      entry.cluster = undefined
      this.#phase(entry, 'stopped', '')
    })
  }

  pause(name: string): Promise<ClusterSummary> {
    return this.#operate(name, async (entry) => {
      if (entry.phase === 'paused') return
      await this.running(name).pause()
      this.#phase(entry, 'paused', '')
    })
  }

  resume(name: string): Promise<ClusterSummary> {
    return this.#operate(name, async (entry) => {
      if (entry.phase !== 'paused') return
      await this.running(name).resume()
      this.#phase(entry, 'running', '')
    })
  }

  /** The claims that have a volume; null while the cluster does not run. */
  async data(name: string): Promise<readonly ClaimedData[] | null> {
    const cluster = this.#entries.get(name)?.cluster
    return cluster === undefined ? null : claimedData(cluster.client)
  }

  /** Removes the cluster with all that it holds, its data included. */
  async delete(name: string): Promise<void> {
    await this.#operate(name, async (entry) => {
      this.#phase(entry, 'stopping', 'Deleting')
      await entry.cluster?.stop({ removeContainers: false })
      entry.cluster = undefined
      await this.#deps.destroy(entry.record)
      this.#deps.records.delete(name)
      this.#entries.delete(name)
      removeFromUserKubeconfig(name)
      this.#changes.emit(this.list())
    })
  }

  async nodes(name: string): Promise<NodeState[]> {
    const entry = this.#entries.get(name)
    if (entry === undefined) throw unknownCluster(name)
    return nodeStates(entry.record, entry.cluster?.client)
  }

  /** Adds a node to a running cluster. Throws an Invalid ApiError when the machine has no room for it. */
  async addNode(name: string, wish: NodeWish & { readonly overcommit?: boolean | undefined }): Promise<NodeState[]> {
    requireQuantities({ cpu: wish.cpu, memory: wish.memory })
    await this.#onNodes(name, (entry, cluster) => addNode({ ...this.#nodesOf(entry), cluster }, wish))
    return this.nodes(name)
  }

  /**
   * Takes a node out of a running cluster, drained unless it has failed. What can't be moved makes it fail with
   * Conflict, or is ended when `kill` is set.
   */
  async removeNode(name: string, node: string, options: { readonly kill: boolean }): Promise<NodeState[]> {
    await this.#onNodes(name, async (entry) => {
      await removeNode(this.#nodesOf(entry), node, options)
    })
    return this.nodes(name)
  }

  /** Fails or restores a node of a running cluster. */
  async changeNode(name: string, action: 'fail' | 'restore', node: string): Promise<NodeState[]> {
    await this.#onNodes(name, async (entry, cluster) => {
      this.#keep(entry, withFailure(entry.record, node, action === 'fail'))
      if (action === 'fail') await cluster.failNode(node)
      else cluster.restoreNode(node)
    })
    return this.nodes(name)
  }

  #onNodes(name: string, work: (entry: Entry, cluster: Cluster) => Promise<void>): Promise<ClusterSummary> {
    return this.#operate(name, async (entry) => {
      await work(entry, this.changeable(name))
    })
  }

  #nodesOf(entry: Entry): NodeChanges {
    return {
      record: entry.record,
      cluster: entry.cluster,
      keep: (record) => this.#keep(entry, record),
      machine: () => this.#deps.machine(),
    }
  }

  /** Stops the control planes and leaves every container running. */
  async close(): Promise<void> {
    const stops = [...this.#entries.values()].map((entry) =>
      this.#exclusive(entry, async (own) => {
        await own.cluster?.stop({ removeContainers: false })
        own.cluster = undefined
      }),
    )
    await Promise.allSettled(stops)
    this.#changes.dispose()
  }

  async #start(entry: Entry, options: UpOptions): Promise<void> {
    const { nodes, maxNodes, minNodes } = options
    if (nodes !== undefined) requireRunning(entry)
    if (entry.cluster !== undefined) requireSameStart(entry.record, options)
    if ((minNodes ?? maxNodes) !== undefined) this.#keep(entry, { ...entry.record, ...scalingOf(options) })
    if (nodes !== undefined) await setNodeCount(this.#nodesOf(entry), nodes, options)
    if (entry.cluster !== undefined) return
    this.#keep(entry, { ...withStart(entry.record, options), running: true })
    this.#phase(entry, 'starting', 'Starting')
    try {
      const progress = (message: string) => this.#phase(entry, 'starting', message)
      const keep = (record: ClusterRecord) => this.#keep(entry, record)
      entry.cluster = await this.#deps.start(entry.record, progress, keep, this.#nodeHost(entry))
      this.#phase(entry, 'running', '')
    } catch (error) {
      this.#phase(entry, 'failed', (error as Error).message)
      throw error
    }
  }

  #nodeHost(entry: Entry): NodeHost {
    const { name } = entry.record
    return {
      record: () => entry.record,
      addNode: async () => void (await this.addNode(name, { autoscaled: true })),
      removeNode: async (node) => void (await this.removeNode(name, node, { kill: true })),
    }
  }

  #operate(name: string, work: (entry: Entry) => Promise<void>): Promise<ClusterSummary> {
    const entry = this.#entries.get(name)
    if (entry === undefined) return Promise.reject(unknownCluster(name))
    return this.#exclusive(entry, work)
  }

  #exclusive(entry: Entry, work: (entry: Entry) => Promise<void>): Promise<ClusterSummary> {
    const result = entry.tail.then(async () => {
      await work(entry)
      return summary(entry)
    })
    entry.tail = result.catch(() => undefined)
    return result
  }

  #keep(entry: Entry, record: ClusterRecord): void {
    entry.record = record
    this.#deps.records.save(record)
    this.#changes.emit(this.list())
  }

  #phase(entry: Entry, phase: ClusterPhase, message: string): void {
    entry.phase = phase
    entry.message = message
    this.#deps.logger.info({ cluster: entry.record.name, phase }, message || phase)
    this.#changes.emit(this.list())
  }
}

/** Nothing becomes ready while time stands still. */
function requireRunning({ phase, record }: Entry): void {
  if (phase === 'paused') throw new ApiError('ServiceUnavailable', pausedText(record.name))
}

function newEntry(record: ClusterRecord): Entry {
  return { record, phase: 'stopped', message: '', cluster: undefined, tail: Promise.resolve() }
}

function unknownCluster(name: string): ApiError {
  return new ApiError('NotFound', `there is no cluster "${name}"`)
}

function summary(entry: Entry): ClusterSummary {
  const { record, phase, message, cluster } = entry
  return {
    name: record.name,
    uid: record.uid,
    phase,
    message,
    nodes: withoutLeaving(record).nodes.length,
    server: cluster?.access.server,
    httpPort: record.httpPort || undefined,
    kubernetesVersion: 'v1.36',
    createdAt: record.createdAt,
  }
}
