import type { ServiceProxy } from '../../electron/engine/network/rules/service-proxy.ts'
import type { Service } from '../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../shared/api/types/discovery-v1.ts'
import { startNetworkBench } from '../support/docker-network.ts'
import { HandMadeObjects } from '../support/hand-made-objects.ts'
import { endpoints, service } from '../support/service-objects.ts'
import { type BenchSize, type Figure, median } from './figures.ts'

const SIZE = {
  full: { services: 500, endpoints: 10, changes: 20 },
  tiny: { services: 20, endpoints: 3, changes: 2 },
} as const

/** From a change of one EndpointSlice until the gateway's kernel has the new rules, beside many other Services. */
export async function benchRules(size: BenchSize): Promise<Figure[]> {
  const plan = SIZE[size]
  const bench = await startNetworkBench({ replyRouting: true })
  try {
    const services = new HandMadeObjects<Service>()
    const endpointSlices = new HandMadeObjects<EndpointSlice>()
    const base = bench.network.serviceCidr.split('.').slice(0, 2).join('.')
    const addresses = (at: number, from: number) =>
      Array.from({ length: plan.endpoints }, (_, n) => `${base}.${1 + (at % 100)}.${1 + ((from + n) % 250)}`)
    for (let at = 0; at < plan.services; at++) {
      services.set(service(`s${at}`, `${base}.${200 + Math.floor(at / 250)}.${1 + (at % 250)}`))
      endpointSlices.set(endpoints(`s${at}`, addresses(at, 0)))
    }
    const first = performance.now()
    const proxy = bench.network.serve({ services, endpointSlices })
    await applied(proxy)
    const whole = performance.now() - first
    const changes: number[] = []
    for (let change = 1; change <= plan.changes; change++) {
      const started = performance.now()
      endpointSlices.set(endpoints(`s${change}`, addresses(change, change)))
      await applied(proxy)
      changes.push(performance.now() - started)
    }
    const of = `${plan.services} Services x ${plan.endpoints} endpoints`
    return [
      { bench: 'rules', name: 'one endpoint changes', value: median(changes), unit: 'ms', aim: '< 1000', note: of },
      { bench: 'rules', name: 'all rules, and the self-test', value: whole, unit: 'ms', note: of },
    ]
  } finally {
    await bench.close()
  }
}

function applied(proxy: ServiceProxy): Promise<void> {
  return new Promise((resolve) => {
    const listening = proxy.onApplied(() => {
      listening.dispose()
      resolve()
    })
  })
}
