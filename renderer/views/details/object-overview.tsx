import type { KubeObject } from '../../../shared/api/object.ts'
import type { ConfigMap, Pod, Secret, Service } from '../../../shared/api/types/core-v1.ts'
import type { ClusterSummary } from '../../../shared/ipc/contract.ts'
import { useText } from '../../app/hooks.ts'
import { CellView } from '../../ui/cell-view.tsx'
import type { KindView } from '../kind-view.ts'
import { ContainersSection } from '../pods/containers-section.tsx'
import { RelatedPods } from '../pods/related-pods.tsx'
import { ServiceAddresses } from '../services/service-addresses.tsx'
import { Conditions } from './conditions.tsx'
import { DataSection } from './data-section.tsx'
import { Pairs } from './pairs.tsx'

/** The overview tab: the kind's own properties, then what every object has. */
export function ObjectOverview(props: { cluster: ClusterSummary; kind: KindView; object: KubeObject }) {
  const { cluster, kind, object } = props
  const text = useText()
  return (
    <>
      {kind.sections(object, text).map(({ title, rows }) => (
        <section key={title} className="section">
          <h3>{title}</h3>
          <dl className="facts">
            {rows.map(({ label, value }) => (
              <div key={label} className="fact">
                <dt>{label}</dt>
                <dd>
                  <CellView cell={value} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <KindSection cluster={cluster} kind={kind} object={object} />
      <Conditions object={object} />
      <Pairs title={text.details.labels} pairs={object.metadata.labels} />
      <Pairs title={text.details.annotations} pairs={object.metadata.annotations} />
    </>
  )
}

function KindSection({ cluster, kind, object }: { cluster: ClusterSummary; kind: KindView; object: KubeObject }) {
  switch (kind.id) {
    case 'pods':
      return <ContainersSection cluster={cluster.name} pod={object as Pod} />
    case 'deployments':
    case 'replicasets':
    case 'nodes':
      return <RelatedPods cluster={cluster.name} object={object} />
    case 'services':
      return (
        <>
          <ServiceAddresses cluster={cluster} service={object as Service} />
          <RelatedPods cluster={cluster.name} object={object} />
        </>
      )
    case 'configmaps':
      return <DataSection data={(object as ConfigMap).data ?? {}} />
    case 'secrets':
      return <DataSection data={(object as Secret).data ?? {}} secret />
    default:
      return null
  }
}
