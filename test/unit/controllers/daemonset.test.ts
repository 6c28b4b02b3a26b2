import { expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import type { DaemonSet, DaemonSetSpec } from '../../../shared/api/types/apps-v1.ts'
import { type World, world } from './world.ts'

function agent(spec: Partial<DaemonSetSpec> = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'agent', image: 'agent:1' }] } },
      ...spec,
    },
  }
}

async function daemons({ cluster }: World): Promise<string[]> {
  const { items } = await cluster.client.resource(resources.pods).list({ namespace: 'default' })
  return items.map(({ spec }) => `${spec?.nodeName} ${spec?.containers[0]?.image}`).sort()
}

async function change(started: World, edit: (spec: DaemonSetSpec) => DaemonSetSpec): Promise<void> {
  const sets = started.cluster.client.resource(resources.daemonSets)
  const set = await sets.get('agent', 'default')
  await sets.update({ ...set, spec: edit(set.spec as DaemonSetSpec) })
  await started.cluster.settle()
}

test('every node gets one daemon, also a tainted one that it tolerates, and a node that goes takes its own along', async () => {
  const started = await world(3)
  await using cluster = started.cluster
  const nodes = cluster.client.resource(resources.nodes)
  const tainted = await nodes.get('node-3')
  await nodes.update({ ...tainted, spec: { ...tainted.spec, taints: [{ key: 'own', effect: 'NoSchedule' }] } })
  await cluster.client.resource(resources.daemonSets).create(agent())
  await cluster.settle()
  expect(await daemons(started)).toEqual(['node-1 agent:1', 'node-2 agent:1'])
  await change(started, (spec) => {
    const template = { ...spec.template, spec: { ...spec.template.spec, tolerations: [{ operator: 'Exists' }] } }
    return { ...spec, template } as DaemonSetSpec
  })
  expect(await daemons(started)).toEqual(['node-1 agent:1', 'node-2 agent:1', 'node-3 agent:1'])
  const { status } = await cluster.client.resource(resources.daemonSets).get('agent', 'default')
  expect(status).toMatchObject({
    desiredNumberScheduled: 3,
    currentNumberScheduled: 3,
    numberReady: 3,
    numberAvailable: 3,
    updatedNumberScheduled: 3,
  })
  await nodes.delete({ name: 'node-2' })
  await cluster.settle()
  expect(await daemons(started)).toEqual(['node-1 agent:1', 'node-3 agent:1'])
  expect(cluster.logged).toEqual([])
})

test('an update that fails stops at maxUnavailable', async () => {
  const started = await world(3)
  await using cluster = started.cluster
  await cluster.client.resource(resources.daemonSets).create(agent())
  await cluster.settle()
  const withImage = (image: string) => (spec: DaemonSetSpec) => ({
    ...spec,
    template: { ...spec.template, spec: { ...spec.template.spec, containers: [{ name: 'agent', image }] } },
  })
  await change(started, withImage('agent:2'))
  expect(new Set((await daemons(started)).map((daemon) => daemon.split(' ')[1]))).toEqual(new Set(['agent:2']))
  started.kubelet.neverReady = ({ spec }) => spec?.containers[0]?.image === 'agent:broken'
  await change(started, withImage('agent:broken'))
  expect((await daemons(started)).filter((daemon) => daemon.endsWith('broken'))).toHaveLength(1)
  cluster.writes()
  await cluster.advance(600_000)
  expect(cluster.writes()).toBe(0)
})

test('a set made anew after its daemons were orphaned takes them over without rolling them', async () => {
  const started = await world(2)
  await using cluster = started.cluster
  const sets = cluster.client.resource(resources.daemonSets)
  const uids = async () =>
    (await cluster.client.resource(resources.pods).list()).items.map(({ metadata }) => metadata.uid).sort()
  await sets.create(agent())
  await cluster.settle()
  const before = await uids()
  await sets.delete({ name: 'agent', namespace: 'default' }, { propagationPolicy: 'Orphan' })
  await cluster.settle()
  await sets.create(agent())
  await cluster.settle()
  expect(await uids()).toEqual(before)
  expect((await sets.get('agent', 'default')).status).toMatchObject({ numberAvailable: 2, updatedNumberScheduled: 2 })
})

test('daemons that fail at once are made anew after longer and longer waits', async () => {
  const started = await world(1)
  await using cluster = started.cluster
  const pods = cluster.client.resource(resources.pods)
  started.kubelet.ignores = ({ status }) => status?.phase === 'Failed'
  await cluster.client.resource(resources.daemonSets).create(agent())
  await cluster.settle()
  let deaths = 0
  for (let second = 0; second < 60; second++) {
    for (const pod of (await pods.list()).items) {
      if (pod.status?.phase === 'Running') {
        deaths += 1
        await pods.updateStatus({ ...pod, status: { ...pod.status, phase: 'Failed' } })
      }
    }
    started.kubelet.ignores = ({ status, metadata }) => status?.phase === 'Failed' && !metadata.deletionTimestamp
    await cluster.advance(1000)
  }
  expect(deaths).toBe(7)
})
