import { compileLabelSelector, matchesLabels } from '../../../shared/api/label-selector.ts'
import type { KubeObject } from '../../../shared/api/object.ts'
import { claimNames } from '../../../shared/api/pod-claims.ts'
import type { Deployment } from '../../../shared/api/types/apps-v1.ts'
import type { Pod, Service } from '../../../shared/api/types/core-v1.ts'
import type { NetworkPolicy } from '../../../shared/api/types/networking-v1.ts'
import type { PodDisruptionBudget } from '../../../shared/api/types/policy-v1.ts'

/** The pods that belong to an object: by owner, selector, node or namespace, as the kind has it. In name order. */
export function podsOf(object: KubeObject, pods: Iterable<Pod>): Pod[] {
  const belongs = membership(object)
  return [...pods].filter(belongs).sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
}

function membership(object: KubeObject): (pod: Pod) => boolean {
  const { uid, name, namespace } = object.metadata
  const sameNamespace = (pod: Pod) => pod.metadata.namespace === namespace
  switch (object.kind) {
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job':
      return ({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid) === true
    case 'Deployment':
    case 'PodDisruptionBudget': {
      const matches = compileLabelSelector((object as Deployment | PodDisruptionBudget).spec?.selector)
      return (pod) => sameNamespace(pod) && matches(pod.metadata.labels)
    }
    case 'NetworkPolicy': {
      const matches = compileLabelSelector((object as NetworkPolicy).spec?.podSelector ?? {})
      return (pod) => sameNamespace(pod) && matches(pod.metadata.labels)
    }
    case 'PersistentVolumeClaim':
      return (pod) => sameNamespace(pod) && claimNames(pod).includes(name ?? '')
    case 'Service': {
      const selector = (object as Service).spec?.selector ?? {}
      if (Object.keys(selector).length === 0) return () => false
      return (pod) => sameNamespace(pod) && matchesLabels(selector, pod.metadata.labels)
    }
    case 'Node':
      return ({ spec }) => spec?.nodeName === name
    case 'Namespace':
      return ({ metadata }) => metadata.namespace === name
    default:
      return () => false
  }
}
