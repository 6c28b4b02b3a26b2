import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeTimingsName } from '../../../shared/api/node-timings.ts'
import type { Taint } from '../../../shared/api/types/core-v1.ts'
import type { DataDirectory } from './data-directory.ts'
import { privateDirectory, readIfThere, writeFileAtomically } from './files.ts'

/** How much of the machine's cpu and memory a node may promise. It stays when others come or go. */
export interface NodeSize {
  /** Quantities; a part of the machine when absent. */
  readonly cpu?: string
  readonly memory?: string
  /** The node is one of so many equal parts, so that it grows and shrinks with the machine. */
  readonly oneOf: number
}

export interface NodeRecord {
  readonly name: string
  readonly size: NodeSize
  /** What the node is registered with; its object says what it has. */
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly Taint[]
  /** It was made to fail. */
  readonly failed?: boolean
  /** Added because pods found no room: it goes again when it is not needed. */
  readonly autoscaled?: boolean
  /** Being removed: what is left of it goes with the next start. */
  readonly leaving?: boolean
}

/** What is known of a cluster before it runs; kept in its directory as cluster.json. */
export interface ClusterRecord {
  readonly name: string
  readonly uid: string
  readonly createdAt: string
  readonly nodes: readonly NodeRecord[]
  /** Nodes are added for pods that find no room while there are fewer than so many; none when absent. */
  readonly maxNodes?: number | undefined
  /** ... which then keeps so many at least; those that were asked for in any case when absent. */
  readonly minNodes?: number | undefined
  /** Kubernetes' own when absent. */
  readonly nodeTimings?: NodeTimingsName | undefined
  /** The text of its KubeSchedulerConfiguration; Kubernetes' defaults when absent. */
  readonly schedulerConfig?: string | undefined
  /** Port of the API server on loopback; 0 until first chosen. */
  readonly apiPort: number
  /** Port of *.localhost on loopback; 0 until first chosen. */
  readonly httpPort: number
  /** Ports of Ingresses on loopback; absent until first chosen. */
  readonly ingressPorts?: { readonly http: number; readonly https: number }
  /** "10.89.0.0/16"; "" until first chosen. */
  readonly subnet: string
  /** True while it should run: the engine starts it again with itself. */
  readonly running: boolean
}

/** The clusters of a data directory. */
export class ClusterRecords {
  readonly #root: string

  constructor(data: DataDirectory) {
    this.#root = data.clusters
  }

  directory(name: string): string {
    return join(this.#root, name)
  }

  list(): ClusterRecord[] {
    return readdirSync(this.#root)
      .sort()
      .flatMap((name) => this.get(name) ?? [])
  }

  get(name: string): ClusterRecord | undefined {
    const text = readIfThere(join(this.directory(name), 'cluster.json'))
    return text === undefined ? undefined : inNewShape(JSON.parse(text))
  }

  create(name: string, nodes: readonly NodeRecord[], now: string): ClusterRecord {
    const record = {
      name,
      uid: randomUUID(),
      createdAt: now,
      nodes,
      apiPort: 0,
      httpPort: 0,
      subnet: '',
      running: false,
    }
    privateDirectory(this.directory(name))
    this.save(record)
    return record
  }

  save(record: ClusterRecord): void {
    writeFileAtomically(join(this.directory(record.name), 'cluster.json'), `${JSON.stringify(record, null, 2)}\n`)
  }

  /** Removes the cluster's directory as one step, so that a crash leaves the cluster whole or gone. */
  delete(name: string): void {
    const directory = this.directory(name)
    if (!existsSync(directory)) return
    const doomed = join(this.#root, `.deleted-${randomUUID()}`)
    renameSync(directory, doomed)
    rmSync(doomed, { recursive: true, force: true })
  }
}

/** As data format 1 had it: equal nodes, by their number or their names. */
interface FirstShape {
  readonly name: string
  readonly nodes: number
  readonly nodeNames?: readonly string[]
  readonly failedNodes?: readonly string[]
}

function inNewShape(known: ClusterRecord | (Omit<ClusterRecord, 'nodes'> & FirstShape)): ClusterRecord {
  if (typeof known.nodes !== 'number') return known as ClusterRecord
  const { nodes: count, nodeNames, failedNodes, ...rest } = known as Omit<ClusterRecord, 'nodes'> & FirstShape
  const names = nodeNames ?? Array.from({ length: count }, (_, index) => `${known.name}-${index + 1}`)
  const nodes = names.map((name) => ({
    name,
    size: { oneOf: names.length },
    ...(failedNodes?.includes(name) ? { failed: true } : {}),
  }))
  return { ...rest, nodes }
}
