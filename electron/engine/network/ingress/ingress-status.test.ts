import { expect, test } from 'vitest'
import type { Ingress, IngressClass } from '../../../../shared/api/types/networking-v1.ts'
import { HandMadeObjects } from '../../../../test/support/hand-made-objects.ts'
import { laptopBench } from '../../../../test/support/laptop-bench.ts'
import { keepIngressStatus } from './ingress-status.ts'

async function told(ports: { http: number; https: number }) {
  const { deps, events, statuses, statusTold } = laptopBench()
  const ingresses = new HandMadeObjects<Ingress>()
  const ingressClasses = new HandMadeObjects<IngressClass>()
  const keeping = keepIngressStatus(ports, { ...deps, ingresses, ingressClasses })
  const metadata = { name: 'web', namespace: 'default' }
  const spec = { ingressClassName: 'slipway' }
  ingresses.set({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec })
  expect(statuses).toEqual([])
  // The class may come after the Ingresses that name it.
  ingressClasses.set({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'slipway' },
    spec: { controller: 'slipway.io/ingress' },
  })
  await statusTold
  await expect.poll(() => events.length).toBeGreaterThan(0)
  keeping.dispose()
  return { statuses, events }
}

test('on the usual ports the address says all', async () => {
  const { statuses, events } = await told({ http: 80, https: 443 })
  expect(statuses).toEqual([{ status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } } }])
  expect(events).toEqual(['Normal Sync Served at http://127.0.0.1:80 and https://127.0.0.1:443'])
})

test('a port that was not to be had is told with the one in its place', async () => {
  const { statuses, events } = await told({ http: 80, https: 41234 })
  const ports = [
    { port: 80, protocol: 'TCP' },
    { port: 41234, protocol: 'TCP', error: 'PortTaken' },
  ]
  expect(statuses).toEqual([{ status: { loadBalancer: { ingress: [{ ip: '127.0.0.1', ports }] } } }])
  expect(events).toEqual([
    'Normal Sync Served at http://127.0.0.1:80 and https://127.0.0.1:41234',
    'Warning PortTaken Port 443 of this machine is taken or not allowed to this user; using 127.0.0.1:41234 instead',
  ])
})
