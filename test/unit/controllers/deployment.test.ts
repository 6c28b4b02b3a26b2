import { expect, test } from 'vitest'
import { templateHash } from '../../../electron/engine/controllers/workload/template-hash.ts'
import { resources } from '../../../shared/api/resources.ts'
import type { Deployment, DeploymentSpec, ReplicaSet } from '../../../shared/api/types/apps-v1.ts'
import { world as start, type World } from './world.ts'

function web(replicas: number, spec: Partial<DeploymentSpec> = {}, image = 'web:1'): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
      ...spec,
    },
  }
}

async function change(world: World, edit: (deployment: Deployment) => Deployment): Promise<void> {
  const deployments = world.cluster.client.resource(resources.deployments)
  await deployments.update(edit(await deployments.get('web', 'default')))
  await world.cluster.settle()
}

const withImage = (image: string) => (deployment: Deployment) => {
  const spec = deployment.spec as DeploymentSpec
  const podSpec = { ...spec.template.spec, containers: [{ name: 'web', image }] }
  return { ...deployment, spec: { ...spec, template: { ...spec.template, spec: podSpec } } }
}

const scaledTo = (replicas: number) => (deployment: Deployment) => ({
  ...deployment,
  spec: { ...(deployment.spec as DeploymentSpec), replicas },
})

async function read({ cluster }: World): Promise<{ deployment: Deployment; sets: ReplicaSet[] }> {
  const deployment = await cluster.client.resource(resources.deployments).get('web', 'default')
  const { items } = await cluster.client.resource(resources.replicaSets).list({ namespace: 'default' })
  return { deployment, sets: [...items].sort((a, b) => revision(a) - revision(b)) }
}

function revision(object: ReplicaSet | Deployment): number {
  return Number(object.metadata.annotations?.['deployment.kubernetes.io/revision'])
}

function conditions({ status }: Deployment): string[] {
  return (status?.conditions ?? []).map(
    ({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`,
  )
}

test('a new Deployment becomes available and says so in the words of kube-controller-manager', async () => {
  await using cluster = (await start()).cluster
  await cluster.client.resource(resources.deployments).create(web(3))
  await cluster.settle()
  const { deployment, sets } = await read({ cluster } as World)
  const name = sets[0]?.metadata.name
  expect(name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{8,10}$/)
  expect(deployment.status).toMatchObject({
    observedGeneration: 1,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    terminatingReplicas: 0,
  })
  expect(deployment.status).not.toHaveProperty('unavailableReplicas')
  expect(conditions(deployment).sort()).toEqual([
    'Available=True MinimumReplicasAvailable: Deployment has minimum availability.',
    `Progressing=True NewReplicaSetAvailable: ReplicaSet "${name}" has successfully progressed.`,
  ])
  expect(revision(deployment)).toBe(1)
  expect(sets[0]?.metadata.annotations).toEqual({
    'deployment.kubernetes.io/desired-replicas': '3',
    'deployment.kubernetes.io/max-replicas': '4',
    'deployment.kubernetes.io/revision': '1',
  })
  expect(await cluster.events('web')).toEqual([`Normal ScalingReplicaSet: Scaled up replica set ${name} from 0 to 3`])
  expect(await cluster.events(name ?? '')).toHaveLength(3)
  expect(cluster.logged).toEqual([])
})

test('a rolling update stays within maxSurge and maxUnavailable, and a rollback is a new revision', async () => {
  const world = await start()
  await using cluster = world.cluster
  await cluster.client.resource(resources.deployments).create(web(10))
  await cluster.settle()
  const seen = { most: 0, leastReady: 10 }
  const pods = cluster.informers.of(resources.pods)
  const count = () => {
    const active = pods.list().filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    seen.most = Math.max(seen.most, active.length)
    const ready = active.filter(({ status }) =>
      status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'),
    )
    seen.leastReady = Math.min(seen.leastReady, ready.length)
  }
  cluster.started.add(pods.onChange({ added: count, updated: count, deleted: count }))
  await change(world, withImage('web:2'))
  let { deployment, sets } = await read(world)
  expect(sets.map(({ spec }) => spec?.replicas)).toEqual([0, 10])
  expect(seen.most).toBeLessThanOrEqual(13)
  expect(seen.leastReady).toBeGreaterThanOrEqual(8)
  expect(revision(deployment)).toBe(2)

  await change(world, withImage('web:1'))
  ;({ deployment, sets } = await read(world))
  expect(sets).toHaveLength(2)
  expect(sets.map(({ spec }) => spec?.replicas)).toEqual([0, 10])
  expect(sets[1]?.metadata.annotations?.['deployment.kubernetes.io/revision-history']).toBe('1')
  expect(revision(deployment)).toBe(3)
  expect(deployment.status).toMatchObject({ replicas: 10, updatedReplicas: 10, availableReplicas: 10 })
})

test('a rollout that does not progress stops at its fence posts and times out after its deadline', async () => {
  const world = await start()
  await using cluster = world.cluster
  await cluster.client.resource(resources.deployments).create(web(4, { progressDeadlineSeconds: 60 }))
  await cluster.settle()
  world.kubelet.neverReady = (pod) => pod.spec?.containers[0]?.image === 'web:broken'
  await change(world, withImage('web:broken'))
  let { deployment, sets } = await read(world)
  expect(sets.map(({ spec }) => spec?.replicas)).toEqual([3, 2])
  expect(deployment.status).toMatchObject({
    replicas: 5,
    updatedReplicas: 2,
    availableReplicas: 3,
    unavailableReplicas: 2,
  })

  await cluster.advance(59_000)
  expect(conditions((await read(world)).deployment).join()).toContain('Progressing=True ReplicaSetUpdated')
  cluster.writes()
  await cluster.advance(3_000)
  ;({ deployment, sets } = await read(world))
  const name = sets[1]?.metadata.name
  const timedOut = `Progressing=False ProgressDeadlineExceeded: ReplicaSet "${name}" has timed out progressing.`
  expect(conditions(deployment)).toContain(timedOut)
  await cluster.advance(3_600_000)
  expect(cluster.writes()).toBe(1)
})

test('Recreate starts nothing new while an old pod still stops', async () => {
  const world = await start()
  await using cluster = world.cluster
  await cluster.client.resource(resources.deployments).create(web(2, { strategy: { type: 'Recreate' } }))
  await cluster.settle()
  world.kubelet.keeps = () => true
  await change(world, withImage('web:2'))
  expect((await read(world)).sets.map(({ spec }) => spec?.replicas)).toEqual([0])
  world.kubelet.keeps = () => false
  for (const { metadata } of cluster.informers.of(resources.pods).list()) {
    await cluster.client
      .resource(resources.pods)
      .delete({ name: metadata.name ?? '', namespace: 'default' }, { gracePeriodSeconds: 0 })
  }
  await cluster.settle()
  expect((await read(world)).sets.map(({ spec }) => spec?.replicas)).toEqual([0, 2])
})

test('a paused Deployment scales but does not roll out, and keeps its history short', async () => {
  const world = await start()
  await using cluster = world.cluster
  await cluster.client.resource(resources.deployments).create(web(2, { revisionHistoryLimit: 1 }))
  await cluster.settle()
  for (const image of ['web:2', 'web:3', 'web:4']) await change(world, withImage(image))
  expect((await read(world)).sets.map(revision)).toEqual([3, 4])
  await change(world, (deployment) => ({
    ...deployment,
    spec: { ...(deployment.spec as DeploymentSpec), paused: true },
  }))
  await change(world, withImage('web:5'))
  await change(world, scaledTo(4))
  const { deployment, sets } = await read(world)
  expect(sets.at(-1)?.spec?.replicas).toBe(4)
  expect(conditions(deployment)).toContain('Progressing=Unknown DeploymentPaused: Deployment is paused')
})

test('scaling in the middle of a rollout spreads in proportion', async () => {
  const world = await start()
  await using cluster = world.cluster
  await cluster.client.resource(resources.deployments).create(web(10))
  await cluster.settle()
  world.kubelet.neverReady = (pod) => pod.spec?.containers[0]?.image === 'web:broken'
  await change(world, withImage('web:broken'))
  expect((await read(world)).sets.map(({ spec }) => spec?.replicas)).toEqual([8, 5])
  await change(world, scaledTo(20))
  expect((await read(world)).sets.map(({ spec }) => spec?.replicas)).toEqual([15, 10])
})

test('in the middle of a rollout a new size keeps the proportion of every generation, and the surge', async () => {
  const world = await start()
  await using cluster = world.cluster
  await cluster.client.resource(resources.deployments).create(web(10))
  await cluster.settle()
  world.kubelet.neverReady = (pod) => pod.spec?.containers[0]?.image !== 'web:1'
  await change(world, withImage('web:second'))
  await change(world, withImage('web:third'))
  const sizes = async () => (await read(world)).sets.map(({ spec }) => spec?.replicas ?? 0)
  const noted = async () =>
    (await read(world)).sets.map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/max-replicas'])
  const before = await sizes()
  expect(before).toEqual([8, 0, 5])
  await change(world, scaledTo(30))
  expect(await sizes()).toEqual([23, 0, 15])
  expect(await noted()).toEqual(['38', '13', '38'])
  await change(world, scaledTo(10))
  expect(await sizes()).toEqual([8, 0, 5])
  await change(world, scaledTo(0))
  expect(await sizes()).toEqual([0, 0, 0])
})

test('a ReplicaSet of another with the wanted name is left alone: the next hash is taken and counted', async () => {
  const world = await start()
  await using cluster = world.cluster
  const { client } = cluster
  await client.resource(resources.deployments).create(web(2, { paused: true }))
  const { template } = (await read(world)).deployment.spec as DeploymentSpec
  const hashes = [undefined, 1].map((collisions) => templateHash(template, collisions))
  for (const hash of hashes) {
    const labels = { app: 'someone-else' }
    await client.resource(resources.replicaSets).create({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: `web-${hash}`, namespace: 'default' },
      spec: { replicas: 0, selector: { matchLabels: labels }, template: { ...template, metadata: { labels } } },
    })
  }
  await change(world, (deployment) => ({
    ...deployment,
    spec: { ...(deployment.spec as DeploymentSpec), paused: false },
  }))
  await cluster.advance(5000)
  const { deployment, sets } = await read(world)
  expect(deployment.status).toMatchObject({ collisionCount: 2, readyReplicas: 2 })
  const own = sets.filter(({ metadata }) => metadata.ownerReferences !== undefined)
  expect(own.map(({ metadata }) => metadata.name)).toEqual([`web-${templateHash(template, 2)}`])
  expect(own[0]?.spec?.selector.matchLabels).toEqual({ app: 'web', 'pod-template-hash': templateHash(template, 2) })
  expect(sets).toHaveLength(3)
  expect(cluster.logged).toEqual([])

  await change(world, withImage('web:2'))
  expect((await read(world)).deployment.status?.collisionCount).toBe(2)
})

test('orphaned ReplicaSets and pods are adopted, and a pod that loses its label is replaced', async () => {
  const world = await start()
  await using cluster = world.cluster
  const { client } = cluster
  await client.resource(resources.deployments).create(web(2))
  await cluster.settle()
  const [pod] = cluster.informers.of(resources.pods).list()
  await client
    .resource(resources.pods)
    .update({ ...pod, metadata: { ...pod?.metadata, labels: { app: 'other' } } } as typeof pod & object)
  await cluster.settle()
  const all = cluster.informers.of(resources.pods).list()
  expect(all).toHaveLength(3)
  expect(all.find(({ metadata }) => metadata.name === pod?.metadata.name)?.metadata.ownerReferences ?? []).toEqual([])

  const { sets } = await read(world)
  await client
    .resource(resources.replicaSets)
    .update({ ...sets[0], metadata: { ...sets[0]?.metadata, ownerReferences: [] } } as ReplicaSet)
  await cluster.settle()
  expect((await read(world)).sets[0]?.metadata.ownerReferences?.[0]).toMatchObject({
    kind: 'Deployment',
    controller: true,
  })
})

test('a thousand replicas take a number of writes that grows with the replicas, not their square', async () => {
  const world = await start()
  await using cluster = world.cluster
  cluster.writes()
  await cluster.client.resource(resources.deployments).create(web(1000))
  await cluster.settle()
  expect((await read(world)).deployment.status?.availableReplicas).toBe(1000)
  const writes = cluster.writes()
  // Each pod is written three times (created, bound, running); the statuses of the two owners are written a few dozen times.
  expect(writes).toBeGreaterThan(3000)
  expect(writes).toBeLessThan(3300)
  await cluster.advance(60_000)
  expect(cluster.writes()).toBe(0)
})
