import type { ClusterRole, ClusterRoleBinding } from '../../../../shared/api/types/rbac-v1.ts'
import { BOOTSTRAP_ANNOTATIONS, BOOTSTRAP_LABELS } from './role-facts.ts'
import { systemRoles } from './system-roles.ts'
import { userRoles } from './user-roles.ts'

export const bootstrapClusterRoles: readonly ClusterRole[] = [...systemRoles, ...userRoles]

function clusterBinding(name: string, role: string, subjects: readonly string[]): ClusterRoleBinding {
  const apiGroup = 'rbac.authorization.k8s.io'
  return {
    kind: 'ClusterRoleBinding',
    apiVersion: 'rbac.authorization.k8s.io/v1',
    metadata: { name, labels: BOOTSTRAP_LABELS, annotations: BOOTSTRAP_ANNOTATIONS },
    roleRef: { apiGroup, kind: 'ClusterRole', name: role },
    subjects: subjects.map((subject) => {
      const [kind, subjectName] = subject.split('=') as [string, string]
      if (kind === 'ServiceAccount') return { kind, name: subjectName, namespace: 'kube-system' }
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
  clusterBinding('system:kube-dns', 'system:kube-dns', ['ServiceAccount=kube-dns']),
  clusterBinding('system:node-proxier', 'system:node-proxier', ['User=system:kube-proxy']),
  clusterBinding('system:volume-scheduler', 'system:volume-scheduler', ['User=system:kube-scheduler']),
  clusterBinding('system:kube-scheduler', 'system:kube-scheduler', ['User=system:kube-scheduler']),
  clusterBinding('system:kube-controller-manager', 'system:kube-controller-manager', [
    'User=system:kube-controller-manager',
  ]),
  // One binding for all nodes: there is no node authorizer.
  clusterBinding('system:node', 'system:node', ['Group=system:nodes']),
]
