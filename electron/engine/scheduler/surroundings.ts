import { matchesLabels } from '../../../shared/api/label-selector.ts'
import { controllerOf } from '../../../shared/api/owner-references.ts'
import { resources } from '../../../shared/api/resources.ts'
import type { Pod } from '../../../shared/api/types/core-v1.ts'
import type { LabelSelector } from '../../../shared/api/types/meta-v1.ts'
import type { Informers } from '../controller/informers.ts'
import type { Surroundings } from './framework.ts'

/** A change of these may let a pod fit that waits for its volumes. */
export const STORAGE = [
  resources.persistentVolumeClaims,
  resources.persistentVolumes,
  resources.storageClasses,
  resources.csiNodes,
]
/** Rules read these: no pod is placed before they are known. */
export const OBSERVED = [
  ...STORAGE,
  resources.services,
  resources.replicaSets,
  resources.statefulSets,
  resources.replicationControllers,
  resources.namespaces,
  resources.podDisruptionBudgets,
]

/** What the rules read of the cluster, from the shared caches. */
export function surroundingsOf(informers: Informers): Surroundings {
  const claims = informers.of(resources.persistentVolumeClaims)
  const volumes = informers.of(resources.persistentVolumes)
  const classes = informers.of(resources.storageClasses)
  const csiNodes = informers.of(resources.csiNodes)
  const namespaces = informers.of(resources.namespaces)
  return {
    storage: {
      claim: (key) => claims.get(key),
      volume: (name) => volumes.get(name),
      volumes: () => volumes.list(),
      storageClass: (name) => classes.get(name),
      csiNode: (name) => csiNodes.get(name),
    },
    workloadSelector: (pod) => workloadSelector(informers, pod),
    namespaceLabels: (name) => namespaces.get(name)?.metadata.labels ?? {},
  }
}

/** helper.DefaultSelector: the selectors of all Services of the pod and of its controller, together. */
function workloadSelector(informers: Informers, pod: Pod): LabelSelector | undefined {
  const { namespace, labels } = pod.metadata
  const services = informers
    .of(resources.services)
    .list(namespace)
    .filter(({ spec }) => spec?.selector !== undefined && matchesLabels(spec.selector, labels))
  const own = ownerSelector(informers, pod)
  if (services.length === 0 && own === undefined) return undefined
  const matchLabels = Object.assign({}, ...services.map(({ spec }) => spec?.selector), own?.matchLabels)
  return { matchLabels, ...(own?.matchExpressions ? { matchExpressions: own.matchExpressions } : {}) }
}

function ownerSelector(informers: Informers, pod: Pod): LabelSelector | undefined {
  const owner = controllerOf(pod)
  const key = `${pod.metadata.namespace}/${owner?.name}`
  switch (owner?.kind) {
    case 'ReplicaSet':
      return informers.of(resources.replicaSets).get(key)?.spec?.selector
    case 'StatefulSet':
      return informers.of(resources.statefulSets).get(key)?.spec?.selector
    case 'ReplicationController': {
      const selector = informers.of(resources.replicationControllers).get(key)?.spec?.selector
      return selector && { matchLabels: selector }
    }
    default:
      return undefined
  }
}
