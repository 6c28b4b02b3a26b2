import { expect, test } from 'vitest'
import type { Service } from '../../../../shared/api/types/core-v1.ts'
import { Emitter } from '../../../../shared/lang/emitter.ts'
import { HandMadeObjects } from '../../../../test/support/hand-made-objects.ts'
import { service } from '../../../../test/support/service-objects.ts'
import type { ServiceMode } from './service-path.ts'
import { buildServiceTable, type ServiceEntry } from './service-table.ts'
import { tellUnserved } from './tell-unserved.ts'

function told(mode: ServiceMode): string[] {
  const events: string[] = []
  const services = new HandMadeObjects<Service>()
  services.set(service('web', '10.77.128.20'))
  const ports = [{ port: 53, protocol: 'UDP' }, { port: 53 }, { port: 54, protocol: 'SCTP' }]
  services.set(service('dns', '10.77.128.10', { ports: ports as never }))
  const applied = new Emitter<readonly ServiceEntry[]>()
  const event = ({ metadata }: Service, ...what: string[]) => void events.push([metadata.name, ...what].join(' '))
  tellUnserved({ proxy: { onApplied: applied.event }, serviceMode: () => mode, services, events: { event } })
  for (let count = 0; count < 2; count++) applied.emit(buildServiceTable(services.list(), []))
  return events
}

test('where HAProxy serves, a Service is told once which of its ports nobody serves', () => {
  const why = "the engine's kernel lacks a piece of nftables, and HAProxy, which stands in, carries TCP only"
  expect(told('haproxy')).toEqual([
    `dns Warning NotServed SCTP port 54 is not served at the Service's address: ${why}`,
    `dns Warning NotServed UDP port 53 is not served at the Service's address: ${why}`,
  ])
  expect(told('nftables')).toEqual([])
})
