import type { ClusterRole, PolicyRule } from '../../../../shared/api/types/rbac-v1.ts'
import { ALL, clusterRole, READ, rule, urls } from './role-facts.ts'

const REPORT = ['create', 'patch', 'update']
const eventRule = rule(['', 'events.k8s.io'], 'events', REPORT)
const reviewRules = [
  rule('authentication.k8s.io', 'tokenreviews', ['create']),
  rule('authorization.k8s.io', 'subjectaccessreviews', ['create']),
]
const CERTIFICATES = 'certificates.k8s.io'

function leaseRules(name: string): PolicyRule[] {
  const own = { ...rule('coordination.k8s.io', 'leases', ['get', 'update']), resourceNames: [name] }
  return [rule('coordination.k8s.io', 'leases', ['create']), own]
}

function approver(signer: string): ClusterRole {
  const approve = { ...rule(CERTIFICATES, 'signers', ['approve']), resourceNames: [`kubernetes.io/${signer}`] }
  return clusterRole(`system:${CERTIFICATES}:${signer}-approver`, [approve])
}

function requester(kind: string): ClusterRole {
  const path = `certificatesigningrequests/${kind}`
  return clusterRole(`system:${CERTIFICATES}:certificatesigningrequests:${kind}`, [
    rule(CERTIFICATES, path, ['create']),
  ])
}

/** The roles of Kubernetes' own parts and of every user, as a cluster has them from the start. */
export const systemRoles: readonly ClusterRole[] = [
  clusterRole('cluster-admin', [rule('*', '*', ALL), urls('*', ALL)]),
  clusterRole('system:auth-delegator', reviewRules),
  clusterRole('system:basic-user', [
    rule('authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews', ['create']),
    rule('authentication.k8s.io', 'selfsubjectreviews', ['create']),
  ]),
  requester('nodeclient'),
  requester('selfnodeclient'),
  approver('kube-apiserver-client'),
  approver('kube-apiserver-client-kubelet'),
  approver('kubelet-serving'),
  approver('legacy-unknown'),
  clusterRole('system:discovery', [
    urls('/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/'),
  ]),
  clusterRole('system:heapster', [
    rule('', 'events namespaces nodes pods', READ),
    rule('extensions', 'deployments', READ),
  ]),
  clusterRole('system:kube-aggregator', [rule('', 'endpoints services', READ)]),
  clusterRole('system:kube-controller-manager', [
    eventRule,
    ...leaseRules('kube-controller-manager'),
    rule('', 'secrets serviceaccounts', ['create']),
    rule('', 'secrets', ['delete']),
    rule('', 'configmaps namespaces secrets serviceaccounts', ['get']),
    rule('', 'secrets serviceaccounts', ['update']),
    ...reviewRules,
    rule('*', '*', ['list', 'watch']),
    rule('', 'serviceaccounts/token', ['create']),
  ]),
  clusterRole('system:kube-dns', [rule('', 'endpoints services', ['list', 'watch'])]),
  clusterRole('system:kube-scheduler', [
    eventRule,
    ...leaseRules('kube-scheduler'),
    rule('', 'nodes', READ),
    rule('', 'pods', ['delete', ...READ]),
    rule('', 'bindings pods/binding', ['create']),
    rule('', 'pods/status', ['patch', 'update']),
    rule('', 'replicationcontrollers services', READ),
    rule(['apps', 'extensions'], 'replicasets', READ),
    rule('apps', 'statefulsets', READ),
    rule('policy', 'poddisruptionbudgets', READ),
    rule('', 'persistentvolumeclaims persistentvolumes', READ),
    ...reviewRules,
    rule('storage.k8s.io', 'csinodes', READ),
    rule('', 'namespaces', READ),
    rule('storage.k8s.io', 'csidrivers', READ),
    rule('storage.k8s.io', 'csistoragecapacities', READ),
  ]),
  clusterRole('system:kubelet-api-admin', [
    rule('', 'nodes', READ),
    rule('', 'nodes', ['proxy']),
    rule('', 'nodes/log nodes/metrics nodes/proxy nodes/stats', ALL),
  ]),
  clusterRole('system:monitoring', [
    urls('/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*'),
  ]),
  clusterRole('system:node', [
    rule('authentication.k8s.io', 'tokenreviews', ['create']),
    rule('authorization.k8s.io', 'localsubjectaccessreviews subjectaccessreviews', ['create']),
    rule('', 'services', READ),
    rule('', 'nodes', ['create', ...READ]),
    rule('', 'nodes/status', ['patch', 'update']),
    rule('', 'nodes', ['patch', 'update']),
    rule('', 'events', REPORT),
    rule('', 'pods', READ),
    rule('', 'pods', ['create', 'delete']),
    rule('', 'pods/status', ['patch', 'update']),
    rule('', 'pods/eviction', ['create']),
    rule('', 'configmaps secrets', READ),
    rule('', 'persistentvolumeclaims persistentvolumes', ['get']),
    rule('', 'endpoints', ['get']),
    rule(CERTIFICATES, 'certificatesigningrequests', ['create', ...READ]),
    rule('coordination.k8s.io', 'leases', ['create', 'delete', 'get', 'patch', 'update']),
    rule('storage.k8s.io', 'volumeattachments', ['get']),
    rule('', 'serviceaccounts/token', ['create']),
    rule('', 'persistentvolumeclaims/status', ['get', 'patch', 'update']),
    rule('storage.k8s.io', 'csidrivers', READ),
    rule('storage.k8s.io', 'csinodes', ['create', 'delete', 'get', 'patch', 'update']),
    rule('node.k8s.io', 'runtimeclasses', READ),
  ]),
  clusterRole('system:node-bootstrapper', [rule(CERTIFICATES, 'certificatesigningrequests', ['create', ...READ])]),
  clusterRole('system:node-problem-detector', [
    rule('', 'nodes', ['get']),
    rule('', 'nodes/status', ['patch']),
    eventRule,
  ]),
  clusterRole('system:node-proxier', [
    rule('', 'endpoints services', ['list', 'watch']),
    rule('', 'nodes', READ),
    eventRule,
    rule('discovery.k8s.io', 'endpointslices', ['list', 'watch']),
  ]),
  clusterRole('system:persistent-volume-provisioner', [
    rule('', 'persistentvolumes', ['create', 'delete', ...READ]),
    rule('', 'persistentvolumeclaims', ['get', 'list', 'update', 'watch']),
    rule('storage.k8s.io', 'storageclasses', READ),
    rule('', 'events', ['watch']),
    eventRule,
  ]),
  clusterRole('system:public-info-viewer', [urls('/healthz /livez /readyz /version /version/')]),
  clusterRole('system:service-account-issuer-discovery', [urls('/.well-known/openid-configuration /openid/v1/jwks')]),
  clusterRole('system:volume-scheduler', [
    rule('', 'persistentvolumes', ['get', 'list', 'patch', 'update', 'watch']),
    rule('storage.k8s.io', 'storageclasses', READ),
    rule('', 'persistentvolumeclaims', ['get', 'list', 'patch', 'update', 'watch']),
  ]),
]
