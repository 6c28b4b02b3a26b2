import type { SubjectRulesReviewStatus } from '../../../../shared/api/types/authorization-v1.ts'
import type {
  ClusterRole,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '../../../../shared/api/types/rbac-v1.ts'
import type { ObjectStore } from '../../store/object-store.ts'
import { type Attributes, type Authorizer, type Decision, MASTERS_GROUP, type User } from './authorizer.ts'

const BINDINGS = 'rolebindings.rbac.authorization.k8s.io'
const CLUSTER_BINDINGS = 'clusterrolebindings.rbac.authorization.k8s.io'
const ROLES = 'roles.rbac.authorization.k8s.io'
const CLUSTER_ROLES = 'clusterroles.rbac.authorization.k8s.io'

const DENIED: Decision = { allowed: false, reason: '' }
const MASTER: Decision = { allowed: true, reason: '' }
const MAX_CACHED_DECISIONS = 4096

/** One rule that a user has, and the words for why. */
interface Grant {
  readonly rule: PolicyRule
  readonly reason: string
}

interface UserState {
  readonly cluster: readonly Grant[]
  readonly namespaces: Map<string, readonly Grant[]>
  readonly decisions: Map<string, Decision>
}

/**
 * Role based access control.
 * - The store is the truth: any change of a role or binding drops what was derived from it.
 * - Decisions are kept per user, so that a repeated request costs one map lookup.
 * - Members of system:masters pass without asking, as in Kubernetes.
 */
export function createRbacAuthorizer(store: ObjectStore): Authorizer {
  let users = new WeakMap<User, UserState>()
  for (const resource of [BINDINGS, CLUSTER_BINDINGS, ROLES, CLUSTER_ROLES]) {
    store.watch({ resource }, store.revision, () => {
      users = new WeakMap()
    })
  }
  const stateOf = (user: User): UserState => {
    let state = users.get(user)
    if (state === undefined) {
      state = { cluster: clusterGrants(store, user), namespaces: new Map(), decisions: new Map() }
      users.set(user, state)
    }
    return state
  }
  const namespaceGrants = (user: User, state: UserState, namespace: string) => {
    if (namespace === '') return []
    let grants = state.namespaces.get(namespace)
    if (grants === undefined) {
      grants = grantsIn(store, user, namespace)
      state.namespaces.set(namespace, grants)
    }
    return grants
  }
  const decide = (state: UserState, attributes: Attributes): Decision => {
    const found =
      state.cluster.find(({ rule }) => ruleAllows(rule, attributes)) ??
      namespaceGrants(attributes.user, state, attributes.namespace).find(({ rule }) => ruleAllows(rule, attributes))
    return found === undefined ? DENIED : { allowed: true, reason: found.reason }
  }
  return {
    authorize(attributes) {
      const { user, verb, group, resource, subresource, namespace, name, path } = attributes
      if (user.groups.includes(MASTERS_GROUP)) return MASTER
      const state = stateOf(user)
      const key = path ?? `${group}/${resource}/${subresource} ${namespace}/${name}`
      const known = state.decisions.get(`${verb} ${key}`)
      if (known) return known
      const decision = decide(state, attributes)
      if (state.decisions.size >= MAX_CACHED_DECISIONS) state.decisions.clear()
      state.decisions.set(`${verb} ${key}`, decision)
      return decision
    },
    rulesFor: (user, namespace) => rulesReview(grantedRules(store, user, namespace)),
  }
}

/** Every rule that a user has in a namespace ("" for cluster-wide ones only): for reviews and escalation checks. */
export function grantedRules(store: ObjectStore, user: User, namespace: string): PolicyRule[] {
  const local = namespace === '' ? [] : grantsIn(store, user, namespace)
  return [...clusterGrants(store, user), ...local].map(({ rule }) => rule)
}

function clusterGrants(store: ObjectStore, user: User): Grant[] {
  const { items } = store.list(CLUSTER_BINDINGS)
  return items.flatMap(({ object }) => grantsOf(store, user, object as RoleBinding, ''))
}

function grantsIn(store: ObjectStore, user: User, namespace: string): Grant[] {
  const { items } = store.list(BINDINGS, { namespace })
  return items.flatMap(({ object }) => grantsOf(store, user, object as RoleBinding, namespace))
}

function grantsOf(store: ObjectStore, user: User, binding: RoleBinding, namespace: string): Grant[] {
  const subject = binding.subjects?.find((candidate) => isSubject(candidate, user, namespace))
  if (subject === undefined) return []
  const { roleRef } = binding
  const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding'
  const name = namespace === '' ? binding.metadata.name : `${binding.metadata.name}/${namespace}`
  const reason = `RBAC: allowed by ${kind} ${JSON.stringify(name)} of ${roleRef.kind} ${JSON.stringify(roleRef.name)} to ${subjectText(subject)}`
  return roleRules(store, roleRef, namespace).map((rule) => ({ rule, reason }))
}

function subjectText({ kind, name, namespace }: Subject): string {
  return kind === 'ServiceAccount' ? `ServiceAccount "${name}/${namespace}"` : `${kind} ${JSON.stringify(name)}`
}

function roleRules(store: ObjectStore, roleRef: RoleRef, namespace: string): readonly PolicyRule[] {
  return roleNamed(store, roleRef, namespace)?.rules ?? []
}

/** The role that a binding refers to. */
export function roleNamed(store: ObjectStore, roleRef: RoleRef, namespace: string): Role | ClusterRole | undefined {
  const cluster = roleRef.kind === 'ClusterRole'
  const key = { resource: cluster ? CLUSTER_ROLES : ROLES, namespace: cluster ? '' : namespace, name: roleRef.name }
  return store.get(key)?.object as Role | ClusterRole | undefined
}

function isSubject(subject: Subject, user: User, namespace: string): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === user.name || subject.name === '*'
    case 'Group':
      return user.groups.includes(subject.name)
    case 'ServiceAccount':
      return user.name === `system:serviceaccount:${subject.namespace || namespace}:${subject.name}`
    default:
      return false
  }
}

function ruleAllows(rule: PolicyRule, asked: Attributes): boolean {
  if (!covers(rule.verbs, asked.verb)) return false
  if (asked.path !== undefined) return (rule.nonResourceURLs ?? []).some((url) => urlCovers(url, asked.path ?? ''))
  if (!covers(rule.apiGroups, asked.group)) return false
  if (!resourceCovered(rule.resources ?? [], asked)) return false
  return !rule.resourceNames?.length || rule.resourceNames.includes(asked.name)
}

function covers(values: readonly string[] | undefined | null, wanted: string): boolean {
  return values?.some((value) => value === '*' || value === wanted) ?? false
}

function resourceCovered(resources: readonly string[], { resource, subresource }: Attributes): boolean {
  const full = subresource === '' ? resource : `${resource}/${subresource}`
  return resources.some(
    (value) => value === '*' || value === full || (subresource !== '' && value === `*/${subresource}`),
  )
}

function urlCovers(rule: string, path: string): boolean {
  return rule === '*' || rule === path || (rule.endsWith('*') && path.startsWith(rule.slice(0, -1)))
}

function rulesReview(rules: readonly PolicyRule[]): SubjectRulesReviewStatus {
  const resourceRules = rules
    .filter(({ resources }) => resources?.length)
    .map(({ verbs, apiGroups, resources, resourceNames }) => ({
      verbs,
      ...(apiGroups ? { apiGroups } : {}),
      ...(resources ? { resources } : {}),
      ...(resourceNames ? { resourceNames } : {}),
    }))
  const nonResourceRules = rules
    .filter(({ nonResourceURLs }) => nonResourceURLs?.length)
    .map(({ verbs, nonResourceURLs }) => ({ verbs, ...(nonResourceURLs ? { nonResourceURLs } : {}) }))
  return { resourceRules, nonResourceRules, incomplete: false }
}
