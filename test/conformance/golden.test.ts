import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Listener } from '../../electron/engine/apiserver/http/listener.ts'
import { GOLDEN_TOKEN, startGoldenServer } from './golden-server.ts'

interface Tally {
  readonly passed: number
  readonly failed: number
}

const golden = join(import.meta.dirname, '../fixtures/golden')
const results = join(tmpdir(), `golden-${process.pid}`)

/** The share of a group's recorded answers that must be given exactly. Raise it as kinds are finished; never lower it. */
const SHARES: readonly [group: string, share: number][] = [
  ['requests', 0.99],
  ['table', 0.97],
  ['watch', 0.9],
]

/** The same for kinds: how many of the creates and of the updates, of all that are neither pods nor workloads. */
const OBJECT_KINDS =
  'Namespace Endpoints ConfigMap Secret ServiceAccount Service Node Role ClusterRole RoleBinding ClusterRoleBinding EndpointSlice Event Lease LimitRange ResourceQuota PersistentVolume PersistentVolumeClaim StorageClass HorizontalPodAutoscaler PodDisruptionBudget Ingress IngressClass NetworkPolicy PriorityClass RuntimeClass ControllerRevision CSIDriver CSINode CSIStorageCapacity VolumeAttributesClass IPAddress ServiceCIDR'.split(
    ' ',
  )
const OBJECT_SHARES: readonly [group: string, share: number][] = [
  ['create', 0.98],
  ['update', 0.96],
]

/** Missing are rules in the Common Expression Language, and how definitions go. */
const DEFINITION_SHARES: readonly [group: string, share: number][] = [
  ['create', 0.95],
  ['update', 0.85],
]

describe('answers recorded from Kubernetes 1.36', () => {
  let listener: Listener

  beforeAll(async () => {
    listener = await startGoldenServer()
  })

  afterAll(async () => {
    await listener.close()
  })

  it.each(SHARES)('%s: at least %d of the answers are the same', { timeout: 120_000 }, async (group, share) => {
    expect(shareOf([(await replay(listener, group))[group]])).toBeGreaterThanOrEqual(share)
  })

  it.each(OBJECT_SHARES)('%s of objects: at least %d are the same', { timeout: 240_000 }, async (group, share) => {
    const tally = await replay(listener, group)
    expect(shareOf(OBJECT_KINDS.map((kind) => tally[`${group}/${kind}`]))).toBeGreaterThanOrEqual(share)
  })

  // Definitions go in the background, with their objects: on a server of their own none is still there when made again.
  it.each(DEFINITION_SHARES)(
    '%s of definitions: at least %d are the same',
    { timeout: 120_000 },
    async (group, share) => {
      const own = await startGoldenServer()
      const tally = await replay(own, group, 'CustomResourceDefinition').finally(() => own.close())
      expect(shareOf([tally[`${group}/CustomResourceDefinition`]])).toBeGreaterThanOrEqual(share)
    },
  )
})

function shareOf(tallies: readonly (Tally | undefined)[]): number {
  const sum = (field: keyof Tally) => tallies.reduce((total, tally) => total + (tally?.[field] ?? 0), 0)
  return sum('passed') / (sum('passed') + sum('failed'))
}

async function replay(listener: Listener, group: string, kind?: string): Promise<Record<string, Tally>> {
  const file = `${results}-${group}-${kind ?? 'all'}.json`
  const server = `https://127.0.0.1:${listener.port}`
  const args = [
    join(golden, 'replay/run.mjs'),
    server,
    GOLDEN_TOKEN,
    golden,
    `--group=${group}`,
    '--show=0',
    `--json=${file}`,
    ...(kind === undefined ? [] : [`--kind=${kind}`]),
  ]
  await new Promise<void>((resolve) => {
    // The replay ends with 1 when any answer differs: the share is judged here.
    execFile(process.execPath, args, () => resolve())
  })
  const { tally } = JSON.parse(await readFile(file, 'utf8')) as { tally: Record<string, Tally> }
  await rm(file)
  return tally
}
