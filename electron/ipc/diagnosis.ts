import { createWriteStream, existsSync, readdirSync, readFileSync } from 'node:fs'
import { arch, cpus, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'
import type { KubeObject } from '../../shared/api/object.ts'
import { type ResourceRef, resources } from '../../shared/api/resources.ts'
import type { EngineInfo } from '../../shared/ipc/contract.ts'
import type { Clock } from '../../shared/lang/clock.ts'
import type { EngineHost } from '../engine/engine-host.ts'
import type { DataDirectory } from '../engine/installation/data-directory.ts'

/** What a bug report needs of a cluster. Secrets are left out whole, ConfigMaps keep only their keys. */
const REPORTED: readonly ResourceRef[] = [
  resources.nodes,
  resources.pods,
  resources.services,
  resources.endpointSlices,
  resources.deployments,
  resources.replicaSets,
  resources.configMaps,
  resources.events,
]

interface DiagnosisInput {
  readonly directory: string
  readonly data: DataDirectory
  readonly host: EngineHost
  readonly info: EngineInfo
  readonly clock: Clock
}

/** Writes slipway-diagnosis-<time>.tar.gz into `directory` and answers its path. */
export async function writeDiagnosis({ directory, data, host, info, clock }: DiagnosisInput): Promise<string> {
  const stamp = new Date(clock.now()).toISOString().replace(/[:.]/g, '-')
  const path = join(directory, `slipway-diagnosis-${stamp}.tar.gz`)
  const archive = pack()
  const written = pipeline(archive, createGzip(), createWriteStream(path, { mode: 0o600, flags: 'wx' }))
  const addJson = (name: string, value: unknown) => archive.entry({ name }, `${JSON.stringify(value, null, 2)}\n`)
  const machine = {
    platform: platform(),
    release: release(),
    arch: arch(),
    cpus: cpus().length,
    memoryBytes: totalmem(),
  }
  addJson('engine.json', { ...info, machine })
  addJson('clusters.json', host.list())
  for (const file of readdirSync(data.logs)) {
    const log = join(data.logs, file)
    if (existsSync(log)) archive.entry({ name: `logs/${file}` }, readFileSync(log))
  }
  for (const cluster of host.list()) {
    if (cluster.phase !== 'running') continue
    const { client } = host.running(cluster.name)
    for (const ref of REPORTED) {
      const { items } = await client.resource(ref).list()
      addJson(`clusters/${cluster.name}/${ref.resource}.json`, items.map(redact))
    }
  }
  archive.finalize()
  await written
  return path
}

/** Takes out what may be a credential: ConfigMap values, environment values, last-applied annotations. */
export function redact(object: KubeObject): unknown {
  return JSON.parse(JSON.stringify(object), (key, value) => {
    if (key === 'managedFields' || key === 'kubectl.kubernetes.io/last-applied-configuration') return undefined
    if ((key === 'data' || key === 'binaryData') && object.kind === 'ConfigMap') return Object.keys(value as object)
    if (key === 'env' && Array.isArray(value)) return value.map(({ name }) => ({ name }))
    return value
  })
}
