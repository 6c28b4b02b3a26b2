import type { Service } from '../../../../shared/api/types/core-v1.ts'
import type { Disposable } from '../../../../shared/lang/disposable.ts'
import type { ServiceMode } from './service-path.ts'
import type { ObjectSource, ServiceProxy } from './service-proxy.ts'

export interface UnservedDeps {
  readonly proxy: Pick<ServiceProxy, 'onApplied'>
  readonly serviceMode: () => ServiceMode | undefined
  readonly services: Pick<ObjectSource<Service>, 'get'>
  readonly events: { event(object: Service, type: 'Normal' | 'Warning', reason: string, message: string): void }
}

/** Tells on each Service which of its ports nobody serves where HAProxy does: it carries TCP only. */
export function tellUnserved({ proxy, serviceMode, services, events }: UnservedDeps): Disposable {
  let told: ReadonlySet<string> = new Set()
  return proxy.onApplied((table) => {
    if (serviceMode() !== 'haproxy') return
    const unserved = table.filter(({ protocol }) => protocol !== 'tcp')
    for (const { id, namespace, service, protocol, port } of unserved) {
      const object = services.get(`${namespace}/${service}`)
      if (object === undefined || told.has(id)) continue
      const what = `${protocol.toUpperCase()} port ${port}`
      const why = "the engine's kernel lacks a piece of nftables, and HAProxy, which stands in, carries TCP only"
      events.event(object, 'Warning', 'NotServed', `${what} is not served at the Service's address: ${why}`)
    }
    told = new Set(unserved.map(({ id }) => id))
  })
}
