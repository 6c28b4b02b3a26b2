import { configMapsView } from './configmaps/configmaps-view.ts'
import { cronJobsView } from './cronjobs/cronjobs-view.ts'
import { daemonSetsView } from './daemonsets/daemonsets-view.ts'
import { deploymentsView } from './deployments/deployments-view.ts'
import { endpointSlicesView } from './endpointslices/endpointslices-view.ts'
import { eventsView } from './events/events-view.ts'
import { horizontalPodAutoscalersView } from './horizontalpodautoscalers/horizontalpodautoscalers-view.ts'
import { ingressesView } from './ingresses/ingresses-view.ts'
import { jobsView } from './jobs/jobs-view.ts'
import type { KindGroup, KindView } from './kind-view.ts'
import { namespacesView } from './namespaces/namespaces-view.ts'
import { networkPoliciesView } from './networkpolicies/networkpolicies-view.ts'
import { nodesView } from './nodes/nodes-view.ts'
import { persistentVolumeClaimsView } from './persistentvolumeclaims/persistentvolumeclaims-view.ts'
import { persistentVolumesView } from './persistentvolumes/persistentvolumes-view.ts'
import { podDisruptionBudgetsView } from './poddisruptionbudgets/poddisruptionbudgets-view.ts'
import { podsView } from './pods/pods-view.ts'
import { replicaSetsView } from './replicasets/replicasets-view.ts'
import { secretsView } from './secrets/secrets-view.ts'
import { servicesView } from './services/services-view.ts'
import { statefulSetsView } from './statefulsets/statefulsets-view.ts'
import { storageClassesView } from './storageclasses/storageclasses-view.ts'

/** Every kind with a view, in the order of the navigation. */
export const kinds: readonly KindView[] = [
  podsView,
  deploymentsView,
  statefulSetsView,
  daemonSetsView,
  jobsView,
  cronJobsView,
  replicaSetsView,
  servicesView,
  ingressesView,
  networkPoliciesView,
  endpointSlicesView,
  persistentVolumeClaimsView,
  persistentVolumesView,
  storageClassesView,
  configMapsView,
  secretsView,
  horizontalPodAutoscalersView,
  podDisruptionBudgetsView,
  nodesView,
  namespacesView,
  eventsView,
]

export const kindGroups: readonly KindGroup[] = ['workloads', 'network', 'storage', 'config', 'cluster']

export function kindById(id: string): KindView | undefined {
  return kinds.find((kind) => kind.id === id)
}
