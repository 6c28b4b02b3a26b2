import type { KubeObject } from '../../../../shared/api/object.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import { invariant } from '../../../../shared/lang/invariant.ts'
import type { ApiServer } from '../api-server.ts'
import { createObject } from '../registry/create-object.ts'
import { bootstrapClusterRoleBindings, bootstrapClusterRoles } from './bootstrap-roles.ts'

const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease']
const BOOTSTRAP_USER = { name: 'system:apiserver', groups: ['system:masters'] }

/**
 * What a Kubernetes API server makes sure of when it starts: system namespaces, default roles, system priority classes
 * and the `kubernetes` Service. What exists is left as it is.
 */
export async function bootstrapCluster(apiServer: ApiServer): Promise<void> {
  for (const name of SYSTEM_NAMESPACES) await ensure(apiServer, '', 'v1', 'namespaces', namespace(name))
  const rbac = ['rbac.authorization.k8s.io', 'v1'] as const
  for (const role of bootstrapClusterRoles) await ensure(apiServer, ...rbac, 'clusterroles', role)
  for (const binding of bootstrapClusterRoleBindings) await ensure(apiServer, ...rbac, 'clusterrolebindings', binding)
  for (const object of priorityClasses()) await ensure(apiServer, 'scheduling.k8s.io', 'v1', 'priorityclasses', object)
  await ensure(apiServer, '', 'v1', 'services', kubernetesService(apiServer.firstServiceIP))
}

async function ensure(apiServer: ApiServer, group: string, version: string, plural: string, object: KubeObject) {
  const { context } = apiServer
  const resource = context.registry.find(group, version, plural)
  invariant(resource, `${plural} are served`)
  const namespaceName = object.metadata.namespace ?? ''
  const name = object.metadata.name ?? ''
  if (context.store.get({ resource: resource.storageKey, namespace: namespaceName, name })) return
  const call = {
    user: BOOTSTRAP_USER,
    resource,
    subresource: '',
    namespace: namespaceName,
    name,
    dryRun: false,
    fieldManager: 'kube-apiserver',
    warnings: [],
  }
  try {
    await createObject(context, call, structuredClone(object))
  } catch (error) {
    if (!isApiError(error, 'AlreadyExists')) throw error
  }
}

function namespace(name: string): KubeObject {
  return { kind: 'Namespace', apiVersion: 'v1', metadata: { name } }
}

function priorityClasses(): KubeObject[] {
  const made = (name: string, value: number, description: string) => ({
    kind: 'PriorityClass',
    apiVersion: 'scheduling.k8s.io/v1',
    metadata: { name },
    value,
    description,
    preemptionPolicy: 'PreemptLowerPriority',
  })
  return [
    made('system-node-critical', 2000001000, 'For pods that a node cannot do without; never moved away from it.'),
    made('system-cluster-critical', 2000000000, 'For pods that the cluster cannot do without; may run on any node.'),
  ]
}

/** The first address of the service range is the API server's own. */
function kubernetesService(clusterIP: string): KubeObject {
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      type: 'ClusterIP',
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: 'None',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
    },
  } as KubeObject
}
