import type { KubeObject } from '../../../shared/api/object.ts'
import type { HorizontalPodAutoscaler } from '../../../shared/api/types/autoscaling-v2.ts'
import type { ConfigMap, Node, Pod, Secret, Service } from '../../../shared/api/types/core-v1.ts'
import type { Ingress } from '../../../shared/api/types/networking-v1.ts'
import type { ClusterSummary } from '../../../shared/ipc/contract.ts'
import { useText } from '../../app/hooks.ts'
import { CellView } from '../../ui/cell-view.tsx'
import { AutoscaledPods } from '../horizontalpodautoscalers/autoscaled-pods.tsx'
import { ingressAddresses } from '../ingresses/ingress-addresses.ts'
import type { KindView } from '../kind-view.ts'
import { ContainersSection } from '../pods/containers-section.tsx'
import { RelatedPods } from '../pods/related-pods.tsx'
import { cellText } from '../row-order.ts'
import { laptopAddresses } from '../services/laptop-addresses.ts'
import { NodeUsage, PodUsage } from '../usage/usage-section.tsx'
import { Conditions } from './conditions.tsx'
import { DataSection } from './data-section.tsx'
import { OpensAt } from './opens-at.tsx'
import { Pairs } from './pairs.tsx'
import { RelatedObjects } from './related-objects.tsx'

/** The overview tab: the kind's own properties, then what every object has. */
export function ObjectOverview(props: { cluster: ClusterSummary; kind: KindView; object: KubeObject }) {
  const { cluster, kind, object } = props
  const text = useText()
  return (
    <>
      <UsageOf cluster={cluster.name} kind={kind} object={object} />
      {kind.sections(object, text).map(({ title, rows }) => (
        <section key={title} className="section">
          <h3>{title}</h3>
          <dl className="facts">
            {rows.map(({ label, value }) => (
              <div key={`${label}/${cellText(value)}`} className="fact">
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
      <RelatedObjects cluster={cluster.name} kind={kind} object={object} />
      <Conditions object={object} />
      <Pairs title={text.details.labels} pairs={object.metadata.labels} />
      <Pairs title={text.details.annotations} pairs={object.metadata.annotations} />
    </>
  )
}

/** First of all what it takes, where that is sampled. */
function UsageOf({ cluster, kind, object }: { cluster: string; kind: KindView; object: KubeObject }) {
  if (kind.id === 'pods') return <PodUsage cluster={cluster} pod={object as Pod} />
  if (kind.id === 'nodes') return <NodeUsage cluster={cluster} node={object as Node} />
  return null
}

function KindSection({ cluster, kind, object }: { cluster: ClusterSummary; kind: KindView; object: KubeObject }) {
  switch (kind.id) {
    case 'pods':
      return <ContainersSection cluster={cluster.name} pod={object as Pod} />
    case 'deployments':
    case 'replicasets':
    case 'statefulsets':
    case 'daemonsets':
    case 'jobs':
    case 'persistentvolumeclaims':
    case 'poddisruptionbudgets':
    case 'networkpolicies':
    case 'nodes':
      return <RelatedPods cluster={cluster.name} object={object} />
    case 'horizontalpodautoscalers':
      return <AutoscaledPods cluster={cluster.name} autoscaler={object as HorizontalPodAutoscaler} />
    case 'services':
      return (
        <>
          <OpensAt addresses={laptopAddresses(cluster, object as Service)} />
          <RelatedPods cluster={cluster.name} object={object} />
        </>
      )
    case 'ingresses':
      return <OpensAt addresses={ingressAddresses(object as Ingress)} />
    case 'configmaps':
      return <DataSection data={(object as ConfigMap).data ?? {}} />
    case 'secrets':
      return <DataSection data={(object as Secret).data ?? {}} secret />
    default:
      return null
  }
}
