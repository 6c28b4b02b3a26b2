import type { ClusterRole, PolicyRule } from '../../../../shared/api/types/rbac-v1.ts'

/** The words that the tables of default roles are written in. */

export const READ = ['get', 'list', 'watch']
export const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update']
export const ALL = ['*']

/** Marks what Kubernetes makes itself and brings up to date at each start. */
export const BOOTSTRAP_LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' }
export const BOOTSTRAP_ANNOTATIONS = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' }

/** Names are separated by spaces; "" is the core group. */
export function rule(groups: string | readonly string[], resources: string, verbs: readonly string[]): PolicyRule {
  const apiGroups = typeof groups === 'string' ? [groups] : [...groups]
  return { apiGroups, resources: resources.split(' '), verbs: [...verbs] }
}

export function urls(paths: string, verbs: readonly string[] = ['get']): PolicyRule {
  return { nonResourceURLs: paths.split(' '), verbs: [...verbs] }
}

export function clusterRole(name: string, rules: PolicyRule[], labels: Record<string, string> = {}): ClusterRole {
  return {
    kind: 'ClusterRole',
    apiVersion: 'rbac.authorization.k8s.io/v1',
    metadata: { name, labels: { ...BOOTSTRAP_LABELS, ...labels }, annotations: BOOTSTRAP_ANNOTATIONS },
    rules,
  }
}
