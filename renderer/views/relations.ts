import { compileLabelSelector, matchesLabels } from '../../shared/api/label-selector.ts'
import type { KubeObject } from '../../shared/api/object.ts'
import { claimNames } from '../../shared/api/pod-claims.ts'
import { storageClassOf } from '../../shared/api/storage.ts'
import type { StatefulSet } from '../../shared/api/types/apps-v1.ts'
import type { HorizontalPodAutoscaler } from '../../shared/api/types/autoscaling-v2.ts'
import type { PersistentVolume, PersistentVolumeClaim, Pod, Service } from '../../shared/api/types/core-v1.ts'
import type { Ingress, IngressBackend, NetworkPolicy } from '../../shared/api/types/networking-v1.ts'
import type { PodDisruptionBudget } from '../../shared/api/types/policy-v1.ts'
import { SERVICE_NAME } from './endpointslices/endpointslices-view.ts'
import type { KindId } from './kind-view.ts'

/** Objects of another kind that have to do with this one, beside what its own properties link to. */
export interface Relation {
  readonly kind: KindId
  belongs(object: KubeObject, other: KubeObject): boolean
}

function relation<T extends KubeObject, U extends KubeObject>(
  kind: KindId,
  belongs: (object: T, other: U) => boolean,
): Relation {
  return { kind, belongs: belongs as unknown as Relation['belongs'] }
}

const sameNamespace = (a: KubeObject, b: KubeObject) => a.metadata.namespace === b.metadata.namespace

const owned = (kind: KindId) =>
  relation(
    kind,
    (object, other) => other.metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid) === true,
  )

const autoscalers = relation<KubeObject, HorizontalPodAutoscaler>(
  'horizontalpodautoscalers',
  (object, other) =>
    sameNamespace(object, other) &&
    other.spec.scaleTargetRef.kind === object.kind &&
    other.spec.scaleTargetRef.name === object.metadata.name,
)

const claimsOfSet = relation<StatefulSet, PersistentVolumeClaim>('persistentvolumeclaims', (set, claim) => {
  const name = claim.metadata.name ?? ''
  return (
    sameNamespace(set, claim) &&
    (set.spec?.volumeClaimTemplates ?? []).some((template) => {
      const prefix = `${template.metadata.name}-${set.metadata.name}-`
      return name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length))
    })
  )
})

const servicesOfPod = relation<Pod, Service>('services', (pod, { spec, ...service }) => {
  const selector = spec?.selector ?? {}
  return sameNamespace(pod, service) && Object.keys(selector).length > 0 && matchesLabels(selector, pod.metadata.labels)
})

const claimsOfPod = relation<Pod, PersistentVolumeClaim>(
  'persistentvolumeclaims',
  (pod, claim) => sameNamespace(pod, claim) && claimNames(pod).includes(claim.metadata.name ?? ''),
)

const budgetsOfPod = relation<Pod, PodDisruptionBudget>(
  'poddisruptionbudgets',
  (pod, budget) => sameNamespace(pod, budget) && compileLabelSelector(budget.spec?.selector)(pod.metadata.labels),
)

const policiesOfPod = relation<Pod, NetworkPolicy>(
  'networkpolicies',
  (pod, policy) =>
    sameNamespace(pod, policy) && compileLabelSelector(policy.spec?.podSelector ?? {})(pod.metadata.labels),
)

const ingressesOfService = relation<Service, Ingress>('ingresses', (service, ingress) => {
  const leads = (backend: IngressBackend | undefined) => backend?.service?.name === service.metadata.name
  const { rules = [], defaultBackend } = ingress.spec ?? {}
  return (
    sameNamespace(service, ingress) &&
    (leads(defaultBackend) || rules.some(({ http }) => http?.paths.some(({ backend }) => leads(backend))))
  )
})

const slicesOfService = relation<Service, KubeObject>(
  'endpointslices',
  (service, slice) => sameNamespace(service, slice) && slice.metadata.labels?.[SERVICE_NAME] === service.metadata.name,
)

const ofClass = <T extends PersistentVolume | PersistentVolumeClaim>(kind: KindId) =>
  relation<KubeObject, T>(kind, (storageClass, other) => storageClassOf(other) === storageClass.metadata.name)

const relations: Partial<Record<KindId, readonly Relation[]>> = {
  pods: [servicesOfPod, claimsOfPod, budgetsOfPod, policiesOfPod],
  deployments: [owned('replicasets'), autoscalers],
  statefulsets: [claimsOfSet, autoscalers],
  cronjobs: [owned('jobs')],
  services: [ingressesOfService, slicesOfService],
  storageclasses: [
    ofClass<PersistentVolumeClaim>('persistentvolumeclaims'),
    ofClass<PersistentVolume>('persistentvolumes'),
  ],
}

export function relationsOf(kind: KindId): readonly Relation[] {
  return relations[kind] ?? []
}
