import { goQuote } from '../../../../shared/api/go-text.ts'
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
} from '../../../../shared/api/types/rbac-v1.ts'
import { MASTERS_GROUP } from '../auth/authorizer.ts'
import { grantedRules, roleNamed } from '../auth/rbac.ts'
import { joinVerbs, quoted, ruleText, uncoveredRules } from '../auth/rule-coverage.ts'
import { newForbidden, newNotFound } from '../machinery/api-errors.ts'
import { equalJson } from '../registry/json-value.ts'
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts'
import type { AdmissionState } from './plugins.ts'

const GROUP = 'rbac.authorization.k8s.io'
const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
]

/**
 * Nobody grants what they do not have.
 * - A role may hold only rules that its writer has where the role counts, unless the writer may "escalate" it.
 * - A binding may refer only to a role all of whose rules its writer has, unless the writer may "bind" that role.
 * - Runs before validation, as it does in Kubernetes; system:masters pass.
 */
export function rbacEscalation(state: AdmissionState): AdmissionPlugin {
  const kinds = ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings']
  return {
    name: 'RBACEscalation',
    resources: new Set(kinds.map((kind) => `${kind}.${GROUP}`)),
    mutate(request) {
      const { call, object, old } = request
      if (object === undefined || call.user.groups.includes(MASTERS_GROUP)) return
      if (old && onlyCollected(object, old)) return
      if (call.resource.resource.endsWith('roles')) checkRole(state, request)
      else checkBinding(state, request)
    },
  }
}

/** The garbage collector may always take owners and finalizers away. */
function onlyCollected(object: object, old: object): boolean {
  const bare = (value: object) => {
    const { metadata, ...rest } = value as Role
    const { ownerReferences, finalizers, managedFields, ...kept } = metadata
    return { ...rest, metadata: kept }
  }
  return equalJson(bare(object), bare(old))
}

function checkRole(state: AdmissionState, request: AdmissionRequest): void {
  const { call, name } = request
  if (mayDo(state, request, { verb: 'escalate', resource: call.resource.resource, name })) return
  const role = request.object as ClusterRole
  confirmHeld(state, request, role.rules ?? [])
  const aggregates = (candidate: ClusterRole | undefined) =>
    (candidate?.aggregationRule?.clusterRoleSelectors?.length ?? 0) > 0
  if (!aggregates(role) || aggregates(request.old as ClusterRole | undefined)) return
  if (uncoveredRules(heldRules(state, request), EVERYTHING).length > 0) {
    throw newForbidden(call.resource, name, 'must have cluster-admin privileges to use the aggregationRule')
  }
}

function checkBinding(state: AdmissionState, request: AdmissionRequest): void {
  const { roleRef } = request.object as RoleBinding | ClusterRoleBinding
  const resource = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles'
  if (mayDo(state, request, { verb: 'bind', resource, name: roleRef.name })) return
  const role = roleNamed(state.store, roleRef, request.call.namespace)
  if (role === undefined) throw newNotFound({ group: GROUP, resource }, roleRef.name)
  confirmHeld(state, request, role.rules ?? [])
}

function mayDo(
  { authorizer }: AdmissionState,
  { call }: AdmissionRequest,
  asked: { verb: string; resource: string; name: string },
): boolean {
  const { user, namespace } = call
  return authorizer.authorize({ user, namespace, group: GROUP, version: 'v1', subresource: '', ...asked }).allowed
}

function heldRules({ store }: AdmissionState, { call }: AdmissionRequest): PolicyRule[] {
  return grantedRules(store, call.user, call.namespace)
}

function confirmHeld(state: AdmissionState, request: AdmissionRequest, wanted: readonly PolicyRule[]): void {
  const missing = uncoveredRules(heldRules(state, request), wanted)
  if (missing.length === 0) return
  const { user, resource } = request.call
  const texts = [...new Set(joinVerbs(missing).map(ruleText))].sort()
  const start = `user ${goQuote(user.name)} (groups=${quoted(user.groups)}) is attempting to grant RBAC permissions`
  throw newForbidden(resource, request.name, `${start} not currently held:\n${texts.join('\n')}`)
}
