import { expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import type { PersistentVolumeClaim } from '../../../shared/api/types/core-v1.ts'
import type { StorageClass } from '../../../shared/api/types/storage-v1.ts'
import { pod, type World, world } from './world.ts'

function claim(name: string, spec: Partial<PersistentVolumeClaim['spec'] & object> = {}): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  }
}

const immediate: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'now' },
  provisioner: 'local.slipway.io',
  volumeBindingMode: 'Immediate',
  allowVolumeExpansion: true,
}

async function create({ cluster }: World, wanted: PersistentVolumeClaim) {
  const claims = cluster.client.resource(resources.persistentVolumeClaims)
  const created = await claims.create(wanted)
  await cluster.settle()
  return created
}

async function state({ cluster }: World, name: string): Promise<string> {
  const { spec, status } = await cluster.client.resource(resources.persistentVolumeClaims).get(name, 'default')
  return `${status?.phase} ${spec?.volumeName ?? '-'} ${status?.capacity?.storage ?? '-'}`
}

async function volumes({ cluster }: World): Promise<string[]> {
  const { items } = await cluster.client.resource(resources.persistentVolumes).list()
  return items.map(({ metadata, status }) => `${metadata.name} ${status?.phase}`)
}

test('a claim of the default class waits for its first consumer, then gets a volume of its own', async () => {
  const started = await world()
  await using cluster = started.cluster
  const { metadata } = await create(started, claim('data'))
  expect(await state(started, 'data')).toBe('Pending - -')
  expect(await cluster.events('data')).toEqual([
    'Normal WaitForFirstConsumer: waiting for first consumer to be created before binding',
  ])
  const claims = cluster.client.resource(resources.persistentVolumeClaims)
  const body = { metadata: { annotations: { 'volume.kubernetes.io/selected-node': 'node-1' } } }
  await claims.patch({ name: 'data', namespace: 'default' }, { type: 'application/merge-patch+json', body })
  await cluster.settle()
  expect(await state(started, 'data')).toBe(`Bound pvc-${metadata.uid} 1Gi`)
  expect(await volumes(started)).toEqual([`pvc-${metadata.uid} Bound`])
  expect(await cluster.events('data')).toContain(
    `Normal ProvisioningSucceeded: Successfully provisioned volume pvc-${metadata.uid}`,
  )
  cluster.writes()
  await cluster.advance(600_000)
  expect(cluster.writes()).toBe(0)
  expect(cluster.logged).toEqual([])
})

test('a claim is held while a pod uses it; then its volume and data go with it', async () => {
  const started = await world()
  await using cluster = started.cluster
  await cluster.client.resource(resources.storageClasses).create(immediate)
  const { metadata } = await create(started, claim('data', { storageClassName: 'now' }))
  const volumeName = `pvc-${metadata.uid}`
  expect(await state(started, 'data')).toBe(`Bound ${volumeName} 1Gi`)
  const pods = cluster.client.resource(resources.pods)
  await pods.create(pod('user', { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] }))
  const claims = cluster.client.resource(resources.persistentVolumeClaims)
  await claims.delete({ name: 'data', namespace: 'default' })
  await cluster.settle()
  expect(await state(started, 'data')).toBe(`Bound ${volumeName} 1Gi`)
  expect(started.removedVolumes).toEqual([])
  await pods.delete({ name: 'user', namespace: 'default' }, { gracePeriodSeconds: 0 })
  await cluster.settle()
  expect((await claims.list()).items).toEqual([])
  expect(await volumes(started)).toEqual([])
  expect(started.removedVolumes).toEqual([volumeName])
})

test('a volume whose object was deleted first goes with its data when its claim does, and without when it is kept', async () => {
  const started = await world()
  await using cluster = started.cluster
  const persistentVolumes = cluster.client.resource(resources.persistentVolumes)
  const claims = cluster.client.resource(resources.persistentVolumeClaims)
  await cluster.client.resource(resources.storageClasses).create(immediate)
  const names: string[] = []
  for (const name of ['gone', 'kept']) {
    const { metadata } = await create(started, claim(name, { storageClassName: 'now' }))
    names.push(`pvc-${metadata.uid}`)
  }
  const [gone = '', kept = ''] = names
  const held = 'external-provisioner.volume.kubernetes.io/finalizer'
  expect((await persistentVolumes.get(gone)).metadata.finalizers).toContain(held)
  const body = { spec: { persistentVolumeReclaimPolicy: 'Retain' } }
  await persistentVolumes.patch({ name: kept }, { type: 'application/merge-patch+json', body })
  await cluster.settle()
  expect((await persistentVolumes.get(kept)).metadata.finalizers).not.toContain(held)

  for (const name of names) await persistentVolumes.delete({ name })
  await cluster.settle()
  expect(await volumes(started)).toEqual([`${gone} Bound`, `${kept} Bound`])
  expect(started.removedVolumes).toEqual([])
  for (const name of ['gone', 'kept']) await claims.delete({ name, namespace: 'default' })
  await cluster.settle()
  expect(await volumes(started)).toEqual([])
  expect(started.removedVolumes).toEqual([gone])
  expect(cluster.logged).toEqual([])
})

test('a volume made by hand is bound to the claim that fits, and kept with its data when that goes', async () => {
  const started = await world()
  await using cluster = started.cluster
  const persistentVolumes = cluster.client.resource(resources.persistentVolumes)
  for (const [name, storage] of [
    ['large', '5Gi'],
    ['small', '500Mi'],
    ['fitting', '2Gi'],
  ] as const) {
    await persistentVolumes.create({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/srv' }, storageClassName: '' },
    })
  }
  await create(started, claim('data', { storageClassName: '' }))
  expect(await state(started, 'data')).toBe('Bound fitting 2Gi')
  expect(await volumes(started)).toEqual(['fitting Bound', 'large Available', 'small Available'])
  await create(started, claim('more', { storageClassName: '', resources: { requests: { storage: '9Gi' } } }))
  expect(await cluster.events('more')).toEqual([
    'Normal FailedBinding: no persistent volumes available for this claim and no storage class is set',
  ])
  await cluster.client.resource(resources.persistentVolumeClaims).delete({ name: 'data', namespace: 'default' })
  await cluster.settle()
  expect(await volumes(started)).toEqual(['fitting Released', 'large Available', 'small Available'])
  expect(started.removedVolumes).toEqual([])
})

test('a claim grows where its class allows it, and is lost without its volume', async () => {
  const started = await world()
  await using cluster = started.cluster
  await cluster.client.resource(resources.storageClasses).create(immediate)
  const { metadata } = await create(started, claim('data', { storageClassName: 'now' }))
  const claims = cluster.client.resource(resources.persistentVolumeClaims)
  const body = { spec: { resources: { requests: { storage: '3Gi' } } } }
  await claims.patch({ name: 'data', namespace: 'default' }, { type: 'application/merge-patch+json', body })
  await cluster.settle()
  expect(await state(started, 'data')).toBe(`Bound pvc-${metadata.uid} 3Gi`)
  expect((await claims.get('data', 'default')).status).toEqual({
    phase: 'Bound',
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '3Gi' },
    allocatedResources: { storage: '3Gi' },
  })
  expect((await cluster.events('data')).slice(-2)).toEqual([
    `Normal Resizing: External resizer is resizing volume pvc-${metadata.uid}`,
    'Normal VolumeResizeSuccessful: Resize volume succeeded',
  ])
  const persistentVolumes = cluster.client.resource(resources.persistentVolumes)
  const name = `pvc-${metadata.uid}`
  await persistentVolumes.delete({ name })
  const unheld = { type: 'application/merge-patch+json', body: { metadata: { finalizers: null } } } as const
  await persistentVolumes.patch({ name }, unheld)
  await cluster.settle()
  expect(await state(started, 'data')).toBe(`Lost ${name} 3Gi`)
  expect(await cluster.events('data')).toContain(
    'Warning ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!',
  )
})

test('a generic ephemeral volume has a claim that belongs to its pod', async () => {
  const started = await world()
  await using cluster = started.cluster
  const volumeClaimTemplate = { spec: claim('').spec as object }
  const pods = cluster.client.resource(resources.pods)
  await pods.create(pod('scratch', { volumes: [{ name: 'tmp', ephemeral: { volumeClaimTemplate } }] }))
  await cluster.settle()
  expect(await state(started, 'scratch-tmp')).toBe('Pending - -')
  await pods.delete({ name: 'scratch', namespace: 'default' }, { gracePeriodSeconds: 0 })
  await cluster.settle()
  expect((await cluster.client.resource(resources.persistentVolumeClaims).list()).items).toEqual([])
})

test('a claim can begin as a copy of another, which must be bound and no larger', async () => {
  const started = await world()
  await using cluster = started.cluster
  await cluster.client.resource(resources.storageClasses).create(immediate)
  const dataSource = { kind: 'PersistentVolumeClaim', name: 'data' }
  const copy = await create(started, claim('copy', { storageClassName: 'now', dataSource }))
  expect(await cluster.events('copy')).toEqual([
    'Warning ProvisioningFailed: failed to provision volume with StorageClass "now": error getting handle for DataSource Type PersistentVolumeClaim by Name data: the claim "data" is not bound',
  ])
  const source = await create(started, claim('data', { storageClassName: 'now' }))
  expect(await state(started, 'copy')).toBe(`Bound pvc-${copy.metadata.uid} 1Gi`)
  expect(started.copiedVolumes).toEqual([`pvc-${source.metadata.uid} -> pvc-${copy.metadata.uid}`])
})

test('a claim that names a volume which does not fit says why and stays Pending', async () => {
  const started = await world()
  await using cluster = started.cluster
  await cluster.client.resource(resources.persistentVolumes).create({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'small' },
    spec: { capacity: { storage: '500Mi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/srv' } },
  })
  await create(started, claim('data', { storageClassName: '', volumeName: 'small' }))
  expect(await state(started, 'data')).toBe('Pending small -')
  expect(await cluster.events('data')).toEqual([
    'Warning VolumeMismatch: Cannot bind to requested volume "small": requested PV is too small',
  ])
})

test('while its volume grows, a claim says so', async () => {
  const started = await world()
  await using cluster = started.cluster
  const { client } = cluster
  await client.resource(resources.storageClasses).create(immediate)
  const { metadata } = await create(started, claim('data', { storageClassName: 'now' }))
  const claims = client.resource(resources.persistentVolumeClaims)
  const seen: string[] = []
  const watching = claims.watch({ resourceVersion: String(cluster.store.revision) }, (events) => {
    for (const { object } of events) {
      const { conditions = [], allocatedResourceStatuses, capacity } = object.status ?? {}
      const types = conditions.map(({ type, status }) => `${type}=${status}`)
      seen.push([capacity?.storage, ...types, allocatedResourceStatuses?.storage ?? '-'].join(' '))
    }
  })
  const body = { spec: { resources: { requests: { storage: '3Gi' } } } }
  await claims.patch({ name: 'data', namespace: 'default' }, { type: 'application/merge-patch+json', body })
  await cluster.settle()
  watching.dispose()
  expect(seen).toEqual(['1Gi -', '1Gi Resizing=True ControllerResizeInProgress', '3Gi -'])
  const volume = await client.resource(resources.persistentVolumes).get(`pvc-${metadata.uid}`)
  expect(volume.spec?.capacity).toEqual({ storage: '3Gi' })
})

test('a claim made before there was a default class gets it later; one that wants none does not', async () => {
  const started = await world()
  await using cluster = started.cluster
  const classes = cluster.client.resource(resources.storageClasses)
  const mark = async (name: string, value: string) => {
    const body = { metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': value } } }
    await classes.patch({ name }, { type: 'application/merge-patch+json', body })
    await cluster.settle()
  }
  for (const { metadata } of (await classes.list()).items) await mark(metadata.name ?? '', 'false')
  const { metadata } = await create(started, claim('data'))
  await create(started, claim('none', { storageClassName: '' }))
  expect(await state(started, 'data')).toBe('Pending - -')
  await classes.create(immediate)
  await cluster.settle()
  expect(await state(started, 'data')).toBe('Pending - -')
  await mark('now', 'true')
  expect(await state(started, 'data')).toBe(`Bound pvc-${metadata.uid} 1Gi`)
  expect(await state(started, 'none')).toBe('Pending - -')
})

test('a long copy holds up no other claim, and goes with a claim that does not wait for it', async () => {
  const started = await world()
  await using cluster = started.cluster
  await cluster.client.resource(resources.storageClasses).create(immediate)
  const dataSource = { kind: 'PersistentVolumeClaim', name: 'data' }
  await create(started, claim('data', { storageClassName: 'now' }))
  const hold = Promise.withResolvers<void>()
  started.copying = hold.promise
  const copy = await create(started, claim('copy', { storageClassName: 'now', dataSource }))
  const given = await create(started, claim('given-up', { storageClassName: 'now', dataSource }))
  const other = await create(started, claim('other', { storageClassName: 'now' }))
  expect(await state(started, 'other')).toBe(`Bound pvc-${other.metadata.uid} 1Gi`)
  expect(await state(started, 'copy')).toBe('Pending - -')
  const claims = cluster.client.resource(resources.persistentVolumeClaims)
  await claims.delete({ name: 'given-up', namespace: 'default' })
  await cluster.settle()
  hold.resolve()
  await cluster.settle()
  expect(await state(started, 'copy')).toBe(`Bound pvc-${copy.metadata.uid} 1Gi`)
  expect((await claims.get('copy', 'default')).metadata.finalizers).toEqual(['kubernetes.io/pvc-protection'])
  expect((await claims.list()).items.map(({ metadata }) => metadata.name)).toEqual(['copy', 'data', 'other'])
  expect(started.copiedVolumes).toHaveLength(2)
  expect(started.removedVolumes).toEqual([`pvc-${given.metadata.uid}`])
  expect(await volumes(started)).toHaveLength(3)
})

test('a claim that was deleted while the engine was away leaves no volume that was being copied for it', async () => {
  const started = await world()
  await using cluster = started.cluster
  const claims = cluster.client.resource(resources.persistentVolumeClaims)
  await cluster.client.resource(resources.storageClasses).create(immediate)
  await create(started, claim('data', { storageClassName: 'now' }))
  // As a process that ended in the middle of the copy left it.
  const dataSource = { kind: 'PersistentVolumeClaim', name: 'data' }
  const wanted = claim('given-up', { storageClassName: 'elsewhere', dataSource })
  const finalizers = ['local.slipway.io/copy']
  const { metadata } = await create(started, { ...wanted, metadata: { ...wanted.metadata, finalizers } })
  await claims.delete({ name: 'given-up', namespace: 'default' })
  await cluster.settle()
  expect(new Set(started.removedVolumes)).toEqual(new Set([`pvc-${metadata.uid}`]))
  expect((await claims.list()).items.map((each) => each.metadata.name)).toEqual(['data'])
})

test('a copy that failed is made again', async () => {
  const started = await world()
  await using cluster = started.cluster
  await cluster.client.resource(resources.storageClasses).create(immediate)
  await create(started, claim('data', { storageClassName: 'now' }))
  started.copying = Promise.reject(new Error('no space left'))
  started.copying.catch(() => {})
  const dataSource = { kind: 'PersistentVolumeClaim', name: 'data' }
  const copy = await create(started, claim('copy', { storageClassName: 'now', dataSource }))
  expect(await cluster.events('copy')).toContain(
    'Warning ProvisioningFailed: failed to provision volume with StorageClass "now": no space left',
  )
  started.copying = Promise.resolve()
  await cluster.advance(60_000)
  expect(await state(started, 'copy')).toBe(`Bound pvc-${copy.metadata.uid} 1Gi`)
})

test.each([
  ['now', '3Gi', 'accepted'],
  [
    'fixed',
    '3Gi',
    'forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
  ],
  [
    'local',
    '3Gi',
    'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
  ],
  ['now', '500Mi', 'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity'],
])('a claim of the class %s asks for %s: %s', async (storageClassName, storage, answer) => {
  const started = await world()
  await using cluster = started.cluster
  const classes = cluster.client.resource(resources.storageClasses)
  await classes.create(immediate)
  await classes.create({ ...immediate, metadata: { name: 'fixed' }, allowVolumeExpansion: false })
  await create(started, claim('data', { storageClassName }))
  const body = { spec: { resources: { requests: { storage } } } }
  const claims = cluster.client.resource(resources.persistentVolumeClaims)
  const change = claims.patch({ name: 'data', namespace: 'default' }, { type: 'application/merge-patch+json', body })
  expect(await change.then(() => 'accepted').catch(({ message }: Error) => message)).toContain(answer)
})
