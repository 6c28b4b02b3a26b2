import { resources } from '../../../shared/api/resources.ts'
import type { Service } from '../../../shared/api/types/core-v1.ts'
import { ageColumn, nameColumn, namespaceColumn } from '../common-columns.ts'
import { kindView } from '../kind-view.ts'
import { createdRow, selectorText, textRows } from '../sections.ts'

/** As kubectl's PORT(S): "80/TCP,443:30443/TCP". */
export function portsText(service: Service): string {
  const ports = (service.spec?.ports ?? []).map(({ port, nodePort, protocol }) =>
    nodePort ? `${port}:${nodePort}/${protocol ?? 'TCP'}` : `${port}/${protocol ?? 'TCP'}`,
  )
  return ports.length === 0 ? '<none>' : ports.join(',')
}

/** As kubectl's EXTERNAL-IP. */
export function externalText(service: Service): string {
  const { type, externalName, externalIPs = [] } = service.spec ?? {}
  if (type === 'ExternalName') return externalName ?? '<none>'
  const ingress = (service.status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '')
  const addresses = type === 'LoadBalancer' ? [...ingress, ...externalIPs] : externalIPs
  if (addresses.length > 0) return addresses.join(',')
  return type === 'LoadBalancer' ? '<pending>' : '<none>'
}

export const servicesView = kindView<Service>({
  id: 'services',
  group: 'network',
  ref: resources.services,
  columns: [
    nameColumn,
    namespaceColumn,
    { id: 'type', width: 112, rank: 1, cell: ({ spec }) => spec?.type ?? 'ClusterIP' },
    { id: 'clusterIP', width: 124, rank: 2, cell: ({ spec }) => spec?.clusterIP || '<none>' },
    { id: 'externalIP', width: 124, rank: 4, cell: externalText },
    { id: 'ports', width: 170, rank: 1, cell: portsText },
    ageColumn,
  ],
  sections: (service, text) => [
    {
      title: text.details.properties,
      rows: [
        ...textRows([
          [text.columns.type, service.spec?.type],
          [text.columns.clusterIP, service.spec?.clusterIP],
          [text.columns.externalIP, externalText(service)],
          [text.columns.ports, portsText(service)],
          [text.details.selector, selectorText(service.spec?.selector)],
        ]),
        ...createdRow(service, text),
      ],
    },
  ],
})
