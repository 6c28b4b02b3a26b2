import { resources } from '../../../shared/api/resources.ts'
import type { Ingress, IngressBackend } from '../../../shared/api/types/networking-v1.ts'
import type { Messages } from '../../messages/en.ts'
import { ageColumn, nameColumn, namespaceColumn, textColumn } from '../common-columns.ts'
import { type Cell, kindView, type Section } from '../kind-view.ts'
import { linkTo, properties, textRows } from '../sections.ts'
import { hostsText, ingressAddresses } from './ingress-addresses.ts'

/** As kubectl's ADDRESS. */
const addressText = ({ status }: Ingress) =>
  (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').join(',')

const firstAddress = (ingress: Ingress): Cell => {
  const [first] = ingressAddresses(ingress)
  return first === undefined ? addressText(ingress) : { type: 'address', ...first }
}

export const ingressesView = kindView<Ingress>({
  id: 'ingresses',
  group: 'network',
  ref: resources.ingresses,
  columns: [
    { ...nameColumn, width: 150 },
    namespaceColumn,
    textColumn('class', { width: 96, rank: 3 }, ({ spec }) => spec?.ingressClassName ?? '<none>'),
    textColumn('hosts', { width: 190, rank: 2 }, hostsText),
    textColumn('address', { width: 230, rank: 1 }, firstAddress),
    textColumn('ports', { width: 80, rank: 4 }, ({ spec }) => (spec?.tls?.length ? '80, 443' : '80')),
    ageColumn,
  ],
  sections: (ingress, text) => [
    properties(ingress, text, {
      rows: [
        ...textRows([
          [text.columns.class, ingress.spec?.ingressClassName],
          [text.columns.address, addressText(ingress)],
        ]),
        ...(ingress.spec?.tls ?? []).flatMap(({ secretName, hosts = [] }) =>
          secretName
            ? [
                {
                  label: `TLS ${hosts.join(', ')}`.trim(),
                  value: linkTo('Secret', secretName, ingress.metadata.namespace),
                },
              ]
            : [],
        ),
      ],
    }),
    rulesSection(ingress, text),
  ],
})

function rulesSection({ spec, metadata }: Ingress, text: Messages): Section {
  const backend = ({ service, resource }: IngressBackend): Cell =>
    service === undefined
      ? `${resource?.kind ?? ''} ${resource?.name ?? ''}`
      : linkTo('Service', service.name, metadata.namespace)
  const rules = (spec?.rules ?? []).flatMap(({ host, http }) =>
    (http?.paths ?? []).map(({ path, backend: to }) => ({ label: `${host || '*'}${path ?? ''}`, value: backend(to) })),
  )
  const otherwise =
    spec?.defaultBackend === undefined
      ? []
      : [{ label: text.details.defaultBackend, value: backend(spec.defaultBackend) }]
  return { title: text.details.rules, rows: [...rules, ...otherwise] }
}
