import { expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import { ApiError } from '../../../shared/api/status.ts'
import type { ConfigMap } from '../../../shared/api/types/core-v1.ts'
import { simulatedCluster } from '../../../test/support/simulated-cluster.ts'
import type { Client } from '../client/client.ts'
import { createInformers } from './informers.ts'

function configMap(name: string, data: Record<string, string> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data }
}

test('handlers hear of every change once, late ones of what is there, and the indexes follow', async () => {
  await using cluster = await simulatedCluster()
  const configMaps = cluster.client.resource(resources.configMaps)
  await configMaps.create(configMap('before'))
  const informer = cluster.informers.of(resources.configMaps)
  informer.addIndex('colour', ({ data }) => (data?.colour ? [data.colour] : []))
  const heard: string[] = []
  const subscription = informer.onChange({
    added: ({ metadata }) => heard.push(`+${metadata.name}`),
    updated: (_, { metadata }) => heard.push(`~${metadata.name}`),
    deleted: ({ metadata }) => heard.push(`-${metadata.name}`),
  })
  expect(informer.hasSynced).toBe(false)
  cluster.informers.start()
  await informer.synced()
  const made = await configMaps.create(configMap('a', { colour: 'red' }))
  await configMaps.update({ ...made, data: { colour: 'blue' } })
  expect(informer.byIndex('colour', 'red')).toEqual([])
  expect(informer.byIndex('colour', 'blue').map(({ metadata }) => metadata.name)).toEqual(['a'])
  await configMaps.delete({ name: 'a', namespace: 'default' })
  expect(heard).toEqual(['+before', '+a', '~a', '-a'])
  subscription.dispose()
  const late: string[] = []
  informer.onChange({ added: ({ metadata }) => late.push(metadata.name ?? '') })
  expect(late).toEqual(['before'])
  expect(informer.list('default')).toHaveLength(1)
})

test('one informer per resource is shared', async () => {
  await using cluster = await simulatedCluster()
  expect(cluster.informers.of(resources.pods)).toBe(cluster.informers.of(resources.pods))
})

test('when history is gone it lists again, and handlers hear the difference', async () => {
  await using cluster = await simulatedCluster()
  const configMaps = cluster.client.resource(resources.configMaps)
  await configMaps.create(configMap('kept'))
  let watches = 0
  const forgetful: Client = {
    ...cluster.client,
    resource: (ref) => ({
      ...cluster.client.resource(ref),
      watch(query, onEvents) {
        watches += 1
        if (watches === 1) throw new ApiError('Expired', 'too old resource version')
        return cluster.client.resource(ref).watch(query, onEvents)
      },
    }),
  }
  const informers = createInformers({ ...cluster, client: forgetful })
  cluster.started.add(informers)
  const heard: string[] = []
  const informer = informers.of(resources.configMaps)
  informer.onChange({ added: ({ metadata }) => heard.push(metadata.name ?? '') })
  informers.start()
  await cluster.advance(10)
  expect(watches).toBe(2)
  expect(heard).toEqual(['kept'])
  expect(informer.hasSynced).toBe(true)
})

test('a handler that throws is logged and does not stop the others', async () => {
  await using cluster = await simulatedCluster()
  const informer = cluster.informers.of(resources.configMaps)
  const heard: string[] = []
  informer.onChange({
    added() {
      throw new Error('bug')
    },
  })
  informer.onChange({ added: ({ metadata }) => heard.push(metadata.name ?? '') })
  cluster.informers.start()
  await informer.synced()
  await cluster.client.resource(resources.configMaps).create(configMap('a'))
  expect(heard).toEqual(['a'])
  expect(cluster.logged).toEqual(['informer handler threw  bug'])
})
