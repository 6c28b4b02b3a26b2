import { resources } from '../../../shared/api/resources.ts'
import type { Endpoint, EndpointSlice } from '../../../shared/api/types/discovery-v1.ts'
import { ageColumn, nameColumn, namespaceColumn, textColumn } from '../common-columns.ts'
import { type Cell, kindView } from '../kind-view.ts'
import { linkTo, properties, textRows } from '../sections.ts'

export const SERVICE_NAME = 'kubernetes.io/service-name'
const SHOWN = 3

const limited = (texts: readonly string[]) =>
  texts.length === 0
    ? '<unset>'
    : texts.slice(0, SHOWN).join(',') + (texts.length > SHOWN ? ` + ${texts.length - SHOWN} more...` : '')

const ports = ({ ports: all = [] }: EndpointSlice) =>
  limited(all.map(({ port }) => (port === undefined ? '*' : `${port}`)))
const addresses = ({ endpoints = [] }: EndpointSlice) => limited(endpoints.flatMap((endpoint) => endpoint.addresses))

export const endpointSlicesView = kindView<EndpointSlice>({
  id: 'endpointslices',
  group: 'network',
  ref: resources.endpointSlices,
  columns: [
    { ...nameColumn, width: 180 },
    namespaceColumn,
    textColumn('addressType', { width: 116, rank: 3 }, ({ addressType }) => addressType),
    textColumn('ports', { width: 100, rank: 2 }, ports),
    textColumn('endpoints', { width: 300, rank: 1 }, addresses),
    ageColumn,
  ],
  sections: (slice, text) => {
    const service = slice.metadata.labels?.[SERVICE_NAME]
    return [
      properties(slice, text, {
        rows: [
          ...(service
            ? [{ label: text.details.service, value: linkTo('Service', service, slice.metadata.namespace) }]
            : []),
          ...textRows([
            [text.columns.addressType, slice.addressType],
            [text.columns.ports, ports(slice)],
          ]),
        ],
      }),
      {
        title: text.columns.endpoints,
        rows: (slice.endpoints ?? []).map((endpoint) => ({
          label: `${endpoint.addresses.join(', ')} ${endpointWord(endpoint)}`.trim(),
          value: target(endpoint),
        })),
      },
    ]
  },
})

function endpointWord({ conditions }: Endpoint): string {
  if (conditions?.terminating) return '(terminating)'
  return conditions?.ready === false ? '(not ready)' : ''
}

function target({ targetRef, nodeName }: Endpoint): Cell {
  return targetRef?.kind && targetRef.name
    ? linkTo(targetRef.kind, targetRef.name, targetRef.namespace)
    : (nodeName ?? '')
}
