import type { ClusterRole, ClusterRoleBinding, PolicyRule } from '../../../../shared/api/types/rbac-v1.ts'

const READ = ['get', 'list', 'watch']
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update']
const ALL = ['*']
const LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' }
const UPDATED = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' }

function rule(groups: string | readonly string[], resources: string, verbs: readonly string[]): PolicyRule {
  const apiGroups = typeof groups === 'string' ? [groups] : [...groups]
  return { apiGroups, resources: resources.split(' '), verbs: [...verbs] }
}

function urls(paths: string, verbs: readonly string[] = ['get']): PolicyRule {
  return { nonResourceURLs: paths.split(' '), verbs: [...verbs] }
}

function clusterRole(name: string, rules: PolicyRule[], labels: Record<string, string> = {}): ClusterRole {
  return {
    kind: 'ClusterRole',
    apiVersion: 'rbac.authorization.k8s.io/v1',
    metadata: { name, labels: { ...LABELS, ...labels }, annotations: UPDATED },
    rules,
  }
}

/** A role whose rules are the sum of the roles that carry `rbac.authorization.k8s.io/aggregate-to-<name>`. */
function aggregated(name: string, from: readonly ClusterRole[], labels: Record<string, string> = {}): ClusterRole {
  const label = `rbac.authorization.k8s.io/aggregate-to-${name}`
  const parts = from.filter(({ metadata }) => metadata.labels?.[label] === 'true')
  return {
    ...clusterRole(
      name,
      parts.flatMap(({ rules }) => rules ?? []),
      labels,
    ),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] },
  }
}

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
      rule('policy', 'poddisruptionbudgets poddisruptionbudgets/status', READ),
      rule('networking.k8s.io', 'ingresses ingresses/status networkpolicies', READ),
    ],
    toView,
  ),
]

const view = aggregated('view', aggregates, toEdit)
const edit = aggregated('edit', [...aggregates, view], toAdmin)
const admin = aggregated('admin', [...aggregates, edit])

const INFO = '/healthz /livez /readyz /version /version/'

export const bootstrapClusterRoles: readonly ClusterRole[] = [
  clusterRole('cluster-admin', [rule('*', '*', ALL), urls('*', ALL)]),
  clusterRole('system:discovery', [
    urls('/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/'),
  ]),
  clusterRole('system:basic-user', [
    rule('authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews', ['create']),
    rule('authentication.k8s.io', 'selfsubjectreviews', ['create']),
  ]),
  clusterRole('system:public-info-viewer', [urls(INFO)]),
  clusterRole('system:monitoring', [
    urls('/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*'),
  ]),
  clusterRole('system:service-account-issuer-discovery', [urls('/.well-known/openid-configuration /openid/v1/jwks')]),
  clusterRole('system:auth-delegator', [
    rule('authentication.k8s.io', 'tokenreviews', ['create']),
    rule('authorization.k8s.io', 'subjectaccessreviews', ['create']),
  ]),
  clusterRole('system:kube-dns', [rule('', 'endpoints services', ['list', 'watch'])]),
  clusterRole('system:kube-scheduler', [
    rule(['', 'events.k8s.io'], 'events', ['create', 'patch', 'update']),
    rule('coordination.k8s.io', 'leases', ['create', 'get', 'list', 'patch', 'update', 'watch']),
    rule('', 'nodes', READ),
    rule('', 'pods', ['delete', 'get', 'list', 'watch']),
    rule('', 'bindings pods/binding', ['create']),
    rule('', 'pods/status', ['patch', 'update']),
    rule('', 'replicationcontrollers services', READ),
    rule(['apps', 'extensions'], 'replicasets', READ),
    rule('apps', 'statefulsets', READ),
    rule('policy', 'poddisruptionbudgets', READ),
    rule('', 'persistentvolumeclaims persistentvolumes', READ),
    rule('', 'namespaces', READ),
    rule('storage.k8s.io', 'csidrivers csinodes csistoragecapacities storageclasses', READ),
  ]),
  clusterRole('system:node', [
    rule('authentication.k8s.io', 'tokenreviews', ['create']),
    rule('authorization.k8s.io', 'localsubjectaccessreviews subjectaccessreviews', ['create']),
    rule('', 'services', READ),
    rule('', 'nodes', ['create', 'get', 'list', 'patch', 'update', 'watch']),
    rule('', 'nodes/status', ['patch', 'update']),
    rule('', 'events', ['create', 'patch', 'update']),
    rule('', 'pods', ['create', 'delete', ...READ]),
    rule('', 'pods/status', ['patch', 'update']),
    rule('', 'pods/eviction', ['create']),
    rule('', 'configmaps secrets', READ),
    rule('', 'persistentvolumeclaims persistentvolumes', ['get']),
    rule('', 'serviceaccounts/token', ['create']),
    rule('coordination.k8s.io', 'leases', ['create', 'delete', 'get', 'patch', 'update']),
    rule('storage.k8s.io', 'csidrivers volumeattachments', READ),
    rule('node.k8s.io', 'runtimeclasses', READ),
  ]),
  clusterRole('system:kube-controller-manager', [rule('*', '*', ALL)]),
  ...aggregates,
  view,
  edit,
  admin,
]

function clusterBinding(name: string, role: string, subjects: readonly string[]): ClusterRoleBinding {
  const apiGroup = 'rbac.authorization.k8s.io'
  return {
    kind: 'ClusterRoleBinding',
    apiVersion: 'rbac.authorization.k8s.io/v1',
    metadata: { name, labels: LABELS, annotations: UPDATED },
    roleRef: { apiGroup, kind: 'ClusterRole', name: role },
    subjects: subjects.map((subject) => {
      const [kind, subjectName] = subject.split('=') as [string, string]
      return { apiGroup, kind, name: subjectName }
    }),
  }
}

export const bootstrapClusterRoleBindings: readonly ClusterRoleBinding[] = [
  clusterBinding('cluster-admin', 'cluster-admin', ['Group=system:masters']),
  clusterBinding('system:discovery', 'system:discovery', ['Group=system:authenticated']),
  clusterBinding('system:basic-user', 'system:basic-user', ['Group=system:authenticated']),
  clusterBinding('system:public-info-viewer', 'system:public-info-viewer', [
    'Group=system:authenticated',
    'Group=system:unauthenticated',
  ]),
  clusterBinding('system:monitoring', 'system:monitoring', ['Group=system:monitoring']),
  clusterBinding('system:service-account-issuer-discovery', 'system:service-account-issuer-discovery', [
    'Group=system:serviceaccounts',
  ]),
  clusterBinding('system:kube-scheduler', 'system:kube-scheduler', ['User=system:kube-scheduler']),
  clusterBinding('system:kube-controller-manager', 'system:kube-controller-manager', [
    'User=system:kube-controller-manager',
  ]),
  clusterBinding('system:node', 'system:node', ['Group=system:nodes']),
]
