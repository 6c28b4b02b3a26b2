import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { silentLogger } from '../../shared/lang/logger.ts'
import { ManualClock } from '../../shared/lang/manual-clock.ts'
import type { Cluster } from './cluster.ts'
import { EngineHost } from './engine-host.ts'
import { ClusterRecords } from './installation/cluster-record.ts'
import { openDataDirectory } from './installation/data-directory.ts'

const GIB = 1024 ** 3

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-host-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** A host of clusters that only note what they are asked for, on a machine of 4 cores and 10 GiB. */
function host() {
  const records = new ClusterRecords(openDataDirectory(root))
  const asked: string[] = []
  const cluster = {
    access: { server: 'https://127.0.0.1:6443' },
    stays: [] as string[],
    breaks: false,
    // What the API server would say of a node is not at issue here.
    client: { resource: () => ({ create: async () => undefined, list: async () => ({ items: [] }) }) },
    pause: () => Promise.resolve(),
    resume: () => Promise.resolve(),
    async setNodes(nodes: readonly { name: string }[]) {
      asked.push(`nodes ${nodes.map(({ name }) => name).join(' ')}`)
    },
    async drainNode(name: string) {
      asked.push(`drain ${name}`)
      return cluster.stays
    },
    async removeNode(name: string) {
      if (cluster.breaks) throw new Error('killed')
      asked.push(`remove ${name}`)
    },
  }
  const engine = new EngineHost({
    records,
    clock: new ManualClock(),
    logger: silentLogger,
    start: async () => cluster as unknown as Cluster,
    machine: async () => ({ NCPU: 4, MemTotal: 10 * GIB }),
    destroy: async () => undefined,
  })
  const kept = () =>
    records
      .get('dev')
      ?.nodes.map(({ name, leaving, autoscaled }) => name + (leaving ? ' leaving' : '') + (autoscaled ? ' auto' : ''))
  const limits = () => {
    const { minNodes, maxNodes } = records.get('dev') ?? {}
    return [minNodes, maxNodes]
  }
  return { engine, cluster, asked, kept, limits }
}

test('a scheduler configuration is kept for later starts, until it is taken back; a wrong one is refused', async () => {
  const text = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n'
  const config = () => new ClusterRecords(openDataDirectory(root)).get('dev')?.schedulerConfig
  const first = host().engine
  await expect(first.up('dev', { schedulerConfig: 'kind: Pod' })).rejects.toThrow("Object 'apiVersion' is missing")
  await expect(first.up('dev', { schedulerConfig: '' })).rejects.toThrow("Object 'Kind' is missing")
  expect(first.list()).toEqual([])
  await first.up('dev', { schedulerConfig: text })
  await expect(first.up('dev', { schedulerConfig: null })).rejects.toThrow(
    'cluster "dev" runs with another scheduler configuration; take it down first to change it',
  )
  await first.up('dev', { schedulerConfig: text })
  await host().engine.up('dev', {})
  expect(config()).toBe(text)
  await host().engine.up('dev', { schedulerConfig: null })
  expect(config()).toBeUndefined()
})

test('a cluster whose nodes ask for more than the machine has is refused and leaves nothing behind', async () => {
  const { engine, kept } = host()
  await expect(engine.up('dev', { nodes: 3, cpu: '2' })).rejects.toThrow('only 0m CPU and')
  expect(engine.list()).toEqual([])
  expect(kept()).toBeUndefined()
  await engine.up('dev', { nodes: 3, cpu: '2', overcommit: true })
  expect(kept()).toEqual(['dev-1', 'dev-2', 'dev-3'])
})

test('a paused cluster is shown but takes no change, and goes on after a pause that failed', async () => {
  const { engine, cluster } = host()
  await engine.up('dev', { nodes: 1 })
  const paused = 'the cluster "dev" is paused: "slipway resume dev" lets it go on'
  await engine.pause('dev')
  expect(() => engine.changeable('dev')).toThrow(paused)
  await expect(engine.addNode('dev', {})).rejects.toThrow(paused)
  expect(engine.running('dev')).toBe(cluster)
  await engine.resume('dev')
  expect(engine.changeable('dev')).toBe(cluster)

  cluster.pause = () => Promise.reject(new Error('the engine is away'))
  await expect(engine.pause('dev')).rejects.toThrow('the engine is away')
  expect(engine.changeable('dev')).toBe(cluster)
})

test('nodes keep their size: another one is refused, the same is taken', async () => {
  const { engine } = host()
  await engine.up('dev', { nodes: 2, cpu: '1' })
  await engine.up('dev', { nodes: 2, cpu: '1' })
  await expect(engine.up('dev', { cpu: '2' })).rejects.toThrow('keep the size that they have')
})

test('a node is kept before it is made, so that a crash meanwhile leaves it to the next start', async () => {
  const { engine, cluster, kept } = host()
  await engine.up('dev', { nodes: 1, cpu: '1', memory: '1Gi' })
  cluster.setNodes = async () => {
    throw new Error('killed')
  }
  await expect(engine.addNode('dev', {})).rejects.toThrow('killed')
  expect(kept()).toEqual(['dev-1', 'dev-2'])
})

test('a node that can not be drained stays, unless its pods may be ended', async () => {
  const { engine, cluster, asked, kept } = host()
  await engine.up('dev', { nodes: 2 })
  cluster.stays = ['default/web: a budget says no']
  await expect(engine.removeNode('dev', 'dev-2', { kill: false })).rejects.toThrow('default/web: a budget says no')
  expect(kept()).toEqual(['dev-1', 'dev-2'])
  await engine.removeNode('dev', 'dev-2', { kill: true })
  expect(kept()).toEqual(['dev-1'])
  expect(asked).toEqual(['drain dev-2', 'remove dev-2'])
})

test('a removal that was interrupted is known, and can be done again', async () => {
  const { engine, cluster, kept } = host()
  await engine.up('dev', { nodes: 2 })
  cluster.breaks = true
  await expect(engine.removeNode('dev', 'dev-2', { kill: false })).rejects.toThrow('killed')
  expect(kept()).toEqual(['dev-1', 'dev-2 leaving'])
  cluster.breaks = false
  await engine.removeNode('dev', 'dev-2', { kill: false })
  expect(kept()).toEqual(['dev-1'])
})

test('the nodes of the autoscaler are not counted when a number of nodes is asked for', async () => {
  const { engine, kept } = host()
  await engine.up('dev', { nodes: 1, maxNodes: 4 })
  await engine.addNode('dev', { autoscaled: true })
  await engine.up('dev', { nodes: 1, maxNodes: 4 })
  expect(kept()).toEqual(['dev-1', 'dev-2 auto'])
  await engine.up('dev', { nodes: 2 })
  expect(kept()).toEqual(['dev-1', 'dev-2 auto', 'dev-3'])
})

test('the autoscaler keeps between so many and so many nodes, in that order', async () => {
  const { engine, limits } = host()
  const refusal = 'the autoscaler keeps at least --min-nodes (3) and at most --max-nodes'
  await expect(engine.up('dev', { minNodes: 3 })).rejects.toThrow(`${refusal} (0)`)
  await expect(engine.up('dev', { minNodes: 3, maxNodes: 2 })).rejects.toThrow(`${refusal} (2)`)
  expect(engine.list()).toEqual([])
  await engine.up('dev', { minNodes: 2, maxNodes: 4 })
  expect(limits()).toEqual([2, 4])
  await expect(engine.up('dev', { minNodes: 5 })).rejects.toThrow('--min-nodes (5)')
  await engine.up('dev', {})
  expect(limits()).toEqual([2, 4])
  await engine.up('dev', { maxNodes: 0 })
  expect(limits()).toEqual([undefined, undefined])
})
