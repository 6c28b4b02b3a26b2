import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { KubeObject } from '../../../../shared/api/object.ts'
import type { Service, ServiceSpec } from '../../../../shared/api/types/core-v1.ts'
import { apiUnderTest, resourceRef } from '../../../../test/support/api-under-test.ts'
import { FaultyJournal } from '../../../../test/support/faulty-journal.ts'

const services = resourceRef('v1', 'services')
/** 14 addresses, one of them the `kubernetes` Service's. */
const RANGE = '10.96.0.0/28'
const ADDRESSES = 13

const step = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  action: fc.constantFrom('create', 'delete', 'node ports', 'cluster', 'local', 'refused', 'trial'),
  address: fc.constantFrom(undefined, '10.96.0.9', '10.96.0.10'),
  port: fc.constantFrom(undefined, 30001, 30002),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
const batch = fc.record({ steps: fc.array(step, { maxLength: 6 }), outcome: fc.constantFrom('ok', 'ok', 'lost') })

function service(name: string, spec: ServiceSpec): KubeObject {
  return { kind: 'Service', apiVersion: 'v1', metadata: { name, namespace: 'apps' }, spec } as KubeObject
}

it('gives no address and no node port twice and loses none, whatever is refused or fails', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { maxLength: 8 }), async (batches) => {
      const journal = new FaultyJournal()
      const { admin, store } = await apiUnderTest({ journal, serviceCidr: RANGE })
      const client = admin.resource(services)
      const run = ({ name, action, address, port }: Step): Promise<unknown> => {
        const ports = [{ port: 80, protocol: 'TCP' as const, ...(port ? { nodePort: port } : {}) }]
        const spec = { type: 'NodePort', ports, ...(address ? { clusterIP: address } : {}) }
        const patch = (body: unknown) =>
          client.patch({ name, namespace: 'apps' }, { type: 'application/merge-patch+json', body })
        if (action === 'create') return client.create(service(name, spec))
        if (action === 'trial') return client.create(service(name, spec), { dryRun: true })
        if (action === 'delete') return client.delete({ name, namespace: 'apps' })
        if (action === 'node ports') return patch({ spec: { type: 'NodePort', ports } })
        if (action === 'local') {
          return patch({ spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports } })
        }
        if (action === 'cluster') return patch({ spec: { type: 'ClusterIP', ports: [{ port: 80, protocol: 'TCP' }] } })
        return client.create(service(name, { ...spec, externalTrafficPolicy: 'Nowhere' }))
      }
      for (const { steps, outcome } of batches) {
        journal.hold()
        const running = steps.map((one) => run(one).catch(() => undefined))
        await new Promise((resolve) => setImmediate(resolve))
        journal.release([outcome as 'ok' | 'lost'])
        await Promise.all(running)
        const live = store.list('services').items.map(({ object }) => object as Service)
        expectUnique(live.map(({ spec }) => spec?.clusterIP))
        const nodePorts = live.flatMap(({ spec }) => [
          ...(spec?.ports ?? []).map(({ nodePort }) => nodePort),
          spec?.healthCheckNodePort,
        ])
        expectUnique(nodePorts.filter(Boolean))
      }
      await client.deleteCollection({ namespace: 'apps' })
      const ports = [{ port: 80, nodePort: 30001 }]
      await client.create(service('s0', { type: 'NodePort', ports }))
      for (let at = 1; at < ADDRESSES; at++) await client.create(service(`s${at}`, { ports: [{ port: 80 }] }))
      await expect(client.create(service('one-more', { ports: [{ port: 80 }] }))).rejects.toThrow('range is full')
    }),
    { numRuns: 40 },
  )
}, 60_000)

function expectUnique(values: readonly unknown[]): void {
  expect(values.length).toBe(new Set(values).size)
}

it('refuses the node port that another Service has, until that is gone', async () => {
  const { admin } = await apiUnderTest()
  const client = admin.resource(services)
  const made = (name: string) =>
    client.create(service(name, { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }))
  await made('a')
  await expect(made('b')).rejects.toThrow(
    'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
  )
  await client.delete({ name: 'a', namespace: 'apps' })
  await made('b')
})

it('names a port of one Service before it gives a free one to another', async () => {
  const { admin } = await apiUnderTest()
  const client = admin.resource(services)
  const ports = [
    { name: 'a', port: 80 },
    { name: 'b', port: 81, nodePort: 30086 },
  ]
  const made = (await client.create(service('s', { type: 'NodePort', ports }))) as Service
  expect(made.spec?.ports?.map(({ nodePort }) => nodePort)).toEqual([30087, 30086])
})

it('gives only ports of the range, also when they are named', async () => {
  const { admin } = await apiUnderTest()
  const client = admin.resource(services)
  const make = (nodePort: number) => client.create(service('s', { type: 'NodePort', ports: [{ port: 80, nodePort }] }))
  const refused = 'provided port is not in the valid range. The range of valid ports is 30000-32767'
  await expect(make(443)).rejects.toThrow(`spec.ports[0].nodePort: Invalid value: 443: ${refused}`)
  await expect(make(32768)).rejects.toThrow(refused)
  expect(((await make(32767)) as Service).spec?.ports?.[0]?.nodePort).toBe(32767)
})
