import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { Ingress, IngressClass, IngressLoadBalancerIngress } from '../../../../shared/api/types/networking-v1.ts'
import { type Disposable, DisposableStore } from '../../../../shared/lang/disposable.ts'
import type { Logger } from '../../../../shared/lang/logger.ts'
import type { Client } from '../../client/client.ts'
import type { ObjectSource } from '../rules/service-proxy.ts'
import type { IngressPorts } from './ingress-front.ts'
import { isServed } from './routes.ts'

export interface IngressStatusDeps {
  readonly client: Client
  readonly ingresses: ObjectSource<Ingress>
  readonly ingressClasses: ObjectSource<IngressClass>
  readonly events: { event(object: Ingress, type: 'Normal' | 'Warning', reason: string, message: string): void }
  readonly logger: Logger
}

const USUAL: IngressPorts = { http: 80, https: 443 }

/** Tells in the status of each served Ingress where it is reached, and in an event when the usual ports were taken. */
export function keepIngressStatus(ports: IngressPorts, deps: IngressStatusDeps): Disposable {
  const disposables = new DisposableStore()
  const taken = (['http', 'https'] as const).filter((scheme) => ports[scheme] !== USUAL[scheme])
  const told = ingressAddress(ports)
  const tell = async (ingress: Ingress) => {
    if (!isServed(ingress, deps.ingressClasses.list())) return
    const isTold = JSON.stringify(ingress.status?.loadBalancer?.ingress) === JSON.stringify([told])
    if (isTold) return
    const { name = '', namespace } = ingress.metadata
    const body = { status: { loadBalancer: { ingress: [told] } } }
    try {
      await deps.client
        .resource(resources.ingresses)
        .patch({ name, namespace }, { type: 'application/merge-patch+json', subresource: 'status', body })
    } catch (error) {
      if (!isApiError(error, 'NotFound'))
        deps.logger.warn({ err: error, ingress: name }, 'an Ingress has no status yet')
      return
    }
    const message = `Served at http://127.0.0.1:${ports.http} and https://127.0.0.1:${ports.https}`
    deps.events.event(ingress, 'Normal', 'Sync', message)
    for (const scheme of taken) {
      const why = `Port ${USUAL[scheme]} of this machine is taken or not allowed to this user`
      deps.events.event(ingress, 'Warning', 'PortTaken', `${why}; using 127.0.0.1:${ports[scheme]} instead`)
    }
  }
  disposables.add(
    deps.ingresses.onChange({
      added: (ingress) => void tell(ingress),
      updated: (_, ingress) => void tell(ingress),
      deleted: () => {},
    }),
  )
  // A class may come after the Ingresses that name it.
  const tellAll = () => {
    for (const ingress of deps.ingresses.list()) void tell(ingress)
  }
  disposables.add(deps.ingressClasses.onChange({ added: tellAll, updated: tellAll, deleted: () => {} }))
  return disposables
}

/** The ports are told when they are not the usual ones, and which of them were not to be had. */
function ingressAddress(ports: IngressPorts): IngressLoadBalancerIngress {
  const ip = '127.0.0.1'
  const told = (['http', 'https'] as const).map((scheme) => ({
    port: ports[scheme],
    protocol: 'TCP',
    ...(ports[scheme] === USUAL[scheme] ? {} : { error: 'PortTaken' }),
  }))
  return told.some(({ error }) => error !== undefined) ? { ip, ports: told } : { ip }
}
