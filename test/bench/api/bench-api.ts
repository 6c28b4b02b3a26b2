import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { BenchSize, Figure } from '../figures.ts'
import { diskSyncs } from './disk-syncs.ts'
import type { LoadResult } from './load-client.ts'
import type { Phase } from './load-process.ts'
import { BenchServer } from './server.ts'

interface Measured {
  readonly name: string
  readonly phase: Phase['name']
  readonly full: number
  readonly unit: string
  /** Of Kubernetes 1.36 (etcd and kube-apiserver) on a machine of two cores; twice that is the aim. */
  readonly reference?: number
}

/** In this order: later phases read what earlier ones made. 4,000 pods are there in the end. */
const plan: readonly Measured[] = [
  { name: 'create ConfigMap', phase: 'createConfigMap', full: 2000, unit: 'op/s', reference: 1700 },
  { name: 'create pod', phase: 'createPod', full: 2000, unit: 'op/s', reference: 665 },
  { name: 'get pod', phase: 'get', full: 2000, unit: 'op/s', reference: 1900 },
  { name: 'list of 2,000 pods', phase: 'list', full: 32, unit: 'op/s', reference: 14 },
  { name: 'strategic merge patch', phase: 'strategicPatch', full: 2000, unit: 'op/s', reference: 557 },
  { name: 'first server-side apply', phase: 'firstApply', full: 1000, unit: 'op/s' },
  { name: 'server-side apply', phase: 'apply', full: 1000, unit: 'op/s', reference: 815 },
  { name: 'fan-out to 50 watchers', phase: 'fanOut', full: 300, unit: 'events/s', reference: 3600 },
  { name: 'delete ConfigMap', phase: 'deleteOne', full: 2000, unit: 'op/s' },
  { name: 'create pod, again', phase: 'createMorePods', full: 2000, unit: 'op/s' },
  { name: 'delete 4,000 pods', phase: 'deletePods', full: 4000, unit: 'op/s', reference: 247 },
]

/** The API through TLS with 16 connections of another process: RBAC, validation, every commit synced to the disk. */
export async function benchApi(size: BenchSize): Promise<Figure[]> {
  await using server = await BenchServer.start()
  const child = fork(join(import.meta.dirname, 'load-process.ts'), { execArgv: [] })
  try {
    await ask(child, server.address)
    const figures: Figure[] = []
    const disk = diskSyncs(size === 'full' ? 500 : 5)
    const idle = await server.cost()
    for (const measured of plan) figures.push(await measure(server, child, measured, size))
    const loaded = await server.cost()
    const memory = (name: string, value: number, aim?: string): Figure => ({
      bench: 'api',
      name,
      value,
      unit: 'MB',
      ...(aim ? { aim } : {}),
    })
    return [
      disk,
      ...figures,
      memory('memory before', idle.residentMB),
      memory('memory after', loaded.residentMB, '< 400'),
    ]
  } finally {
    child.disconnect()
  }
}

async function measure(server: BenchServer, child: ChildProcess, measured: Measured, size: BenchSize): Promise<Figure> {
  const { name, phase, full, unit, reference } = measured
  const count = size === 'full' ? full : Math.min(full, 16)
  const before = await server.cost()
  const { perSecond, p50Ms, p99Ms, clientCpuMs } = (await ask(child, { name: phase, count })) as LoadResult
  const { cpuMs, residentMB } = await server.cost()
  const cost = ((cpuMs - before.cpuMs) * 1000) / count
  const client = (clientCpuMs * 1000) / count
  const latency = `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`
  const note = `${latency}, server ${cost.toFixed(0)} us/op, client ${client.toFixed(0)} us/op, ${residentMB.toFixed(0)} MB`
  const aim = reference === undefined ? {} : { aim: `> ${reference * 2} (reference ${reference})` }
  return { bench: 'api', name, value: perSecond, unit, ...aim, note }
}

/** The next message of the load process; throws when it ends instead. */
function ask(child: ChildProcess, message: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the load process ended'))
    child.once('exit', ended)
    child.once('message', (answer) => {
      child.off('exit', ended)
      resolve(answer)
    })
    child.send(message)
  })
}
