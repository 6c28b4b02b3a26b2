import { configMapsView } from './configmaps/configmaps-view.ts'
import { deploymentsView } from './deployments/deployments-view.ts'
import { eventsView } from './events/events-view.ts'
import type { KindGroup, KindView } from './kind-view.ts'
import { namespacesView } from './namespaces/namespaces-view.ts'
import { nodesView } from './nodes/nodes-view.ts'
import { podsView } from './pods/pods-view.ts'
import { replicaSetsView } from './replicasets/replicasets-view.ts'
import { secretsView } from './secrets/secrets-view.ts'
import { servicesView } from './services/services-view.ts'

/** Every kind with a view, in the order of the navigation. */
export const kinds: readonly KindView[] = [
  podsView,
  deploymentsView,
  replicaSetsView,
  servicesView,
  configMapsView,
  secretsView,
  nodesView,
  namespacesView,
  eventsView,
]

export const kindGroups: readonly KindGroup[] = ['workloads', 'network', 'config', 'cluster']

export function kindById(id: string): KindView | undefined {
  return kinds.find((kind) => kind.id === id)
}
