import { afterEach, expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import { KubeletFixture, nodeConfig, settle } from './testing/kubelet-fixture.ts'

let fixture: KubeletFixture
afterEach(() => fixture.dispose())

async function start(mode: string): Promise<void> {
  fixture = await new KubeletFixture({ nodes: [nodeConfig('node-1'), nodeConfig('node-2')] }).start()
  const resourcesOf = { requests: { storage: '1Gi' } }
  const { client } = fixture
  const claims = client.resource(resources.persistentVolumeClaims)
  const claim = await claims.create({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default' },
    spec: { accessModes: [mode], resources: resourcesOf, storageClassName: 'local', volumeName: 'disk' },
  })
  await claims.updateStatus({ ...claim, status: { phase: 'Bound' } })
  await client.resource(resources.persistentVolumes).create({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'disk' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: [mode],
      storageClassName: 'local',
      csi: { driver: 'local.slipway.io', volumeHandle: 'disk' },
    },
  })
  await settle()
}

async function run(name: string, nodeName: string): Promise<void> {
  await fixture.run(name, {
    nodeName,
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'main', image: 'busybox' }],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
  })
}

const phase = async (name: string) => (await fixture.pod(name)).status?.phase
const failures = async (name: string) => (await fixture.events(name)).filter((event) => event.startsWith('Warning'))

test('a ReadWriteOnce claim is for one node at a time: the pod of another waits until the first is gone', async () => {
  await start('ReadWriteOnce')
  await run('first', 'node-1')
  await run('beside', 'node-1')
  await run('other', 'node-2')
  expect([await phase('first'), await phase('beside'), await phase('other')]).toEqual(['Running', 'Running', 'Pending'])
  expect(await failures('other')).toEqual([
    'Warning FailedAttachVolume: Multi-Attach error for volume "disk" Volume is already used by pod(s) beside, first',
  ])
  const pods = fixture.client.resource(resources.pods)
  for (const name of ['first', 'beside']) await pods.delete({ name, namespace: 'default' })
  await fixture.advance(30_000)
  expect(await phase('other')).toBe('Running')
})

test('a failed node, which lost its containers, holds no claim', async () => {
  await start('ReadWriteOnce')
  await run('first', 'node-1')
  await fixture.kubelet?.failNode('node-1')
  await run('other', 'node-2')
  expect(await phase('other')).toBe('Running')
})

test('a ReadWriteOncePod claim is for one pod at a time, on the same node too', async () => {
  await start('ReadWriteOncePod')
  await run('first', 'node-1')
  await run('beside', 'node-1')
  expect(await failures('beside')).toEqual([
    'Warning FailedMount: MountVolume.SetUp failed for volume "data" : volume uses the ReadWriteOncePod access mode and is already in use by another pod',
  ])
})

test('a ReadWriteMany claim is for all', async () => {
  await start('ReadWriteMany')
  await run('first', 'node-1')
  await run('other', 'node-2')
  expect(await phase('other')).toBe('Running')
})
