import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeTimingsName } from '../../../shared/api/node-timings.ts'
import type { DataDirectory } from './data-directory.ts'
import { privateDirectory, readIfThere, writeFileAtomically } from './files.ts'

/** What is known of a cluster before it runs; kept in its directory as cluster.json. */
export interface ClusterRecord {
  readonly name: string
  readonly uid: string
  readonly createdAt: string
  readonly nodes: number
  /** Absent while they are numbered without a gap. */
  readonly nodeNames?: readonly string[]
  /** Nodes that were made to fail. */
  readonly failedNodes?: readonly string[]
  /** Kubernetes' own when absent. */
  readonly nodeTimings?: NodeTimingsName | undefined
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
    return text === undefined ? undefined : JSON.parse(text)
  }

  create(name: string, nodes: number, now: string): ClusterRecord {
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
