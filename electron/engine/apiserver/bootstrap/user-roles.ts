import type { ClusterRole } from '../../../../shared/api/types/rbac-v1.ts'
import { summedRole } from '../auth/aggregate-roles.ts'
import { clusterRole, READ, rule, WRITE } from './role-facts.ts'

const toAdmin = { 'rbac.authorization.k8s.io/aggregate-to-admin': 'true' }
const toEdit = { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' }
const toView = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' }

const CORE_VIEW =
  'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status'
const CORE_STATUS =
  'bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status'
const APPS_VIEW =
  'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status'
const APPS_EDIT =
  'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale'
const BATCH_VIEW = 'cronjobs cronjobs/status jobs jobs/status'
const EXTENSIONS_EDIT =
  'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale replicationcontrollers/scale'
const EXTENSIONS_VIEW =
  'daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status replicationcontrollers/scale'
const NETWORKING_EDIT = 'ingresses networkpolicies'

const aggregates: readonly ClusterRole[] = [
  clusterRole(
    'system:aggregate-to-admin',
    [
      rule('authorization.k8s.io', 'localsubjectaccessreviews', ['create']),
      rule('rbac.authorization.k8s.io', 'rolebindings roles', [...WRITE, ...READ].sort()),
    ],
    toAdmin,
  ),
  clusterRole(
    'system:aggregate-to-edit',
    [
      rule('', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy', READ),
      rule('', 'serviceaccounts', ['impersonate']),
      rule('', 'pods pods/attach pods/exec pods/portforward pods/proxy', WRITE),
      rule('', 'pods/eviction', ['create']),
      rule(
        '',
        'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
        WRITE,
      ),
      rule('', 'serviceaccounts/token', ['create']),
      rule('apps', APPS_EDIT, WRITE),
      rule('autoscaling', 'horizontalpodautoscalers', WRITE),
      rule('batch', 'cronjobs jobs', WRITE),
      rule('extensions', `${EXTENSIONS_EDIT} ${NETWORKING_EDIT}`, WRITE),
      rule('policy', 'poddisruptionbudgets', WRITE),
      rule('networking.k8s.io', NETWORKING_EDIT, WRITE),
      rule('coordination.k8s.io', 'leases', [...WRITE, ...READ].sort()),
    ],
    toEdit,
  ),
  clusterRole(
    'system:aggregate-to-view',
    [
      rule('', CORE_VIEW, READ),
      rule('', CORE_STATUS, READ),
      rule('', 'namespaces', READ),
      rule('discovery.k8s.io', 'endpointslices', READ),
      rule('apps', APPS_VIEW, READ),
      rule('autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status', READ),
      rule('batch', BATCH_VIEW, READ),
      rule('extensions', `${EXTENSIONS_VIEW} ingresses ingresses/status networkpolicies`, READ),
      rule('policy', 'poddisruptionbudgets poddisruptionbudgets/status', READ),
      rule('networking.k8s.io', 'ingresses ingresses/status networkpolicies', READ),
    ],
    toView,
  ),
]

const view = aggregating('view', toEdit)
const edit = aggregating('edit', toAdmin)
const admin = aggregating('admin')

/** The roles for people: admin, edit and view, and what they are the sums of. */
export const userRoles: readonly ClusterRole[] = withSums([...aggregates, view, edit, admin])

/** A role whose rules are the sum of the roles that carry `rbac.authorization.k8s.io/aggregate-to-<name>`. */
function aggregating(name: string, labels: Record<string, string> = {}): ClusterRole {
  const matchLabels = { [`rbac.authorization.k8s.io/aggregate-to-${name}`]: 'true' }
  return { ...clusterRole(name, [], labels), aggregationRule: { clusterRoleSelectors: [{ matchLabels }] } }
}

/** Sums of sums come last, so that one pass fills all of them. */
function withSums(roles: readonly ClusterRole[]): ClusterRole[] {
  const known = new Map(roles.map((role) => [role.metadata.name, role]))
  for (const role of roles) known.set(role.metadata.name, summedRole(role, [...known.values()]))
  return [...known.values()]
}
