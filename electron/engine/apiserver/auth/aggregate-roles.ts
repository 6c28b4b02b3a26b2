import { compileLabelSelector } from '../../../../shared/api/label-selector.ts'
import type { ClusterRole, PolicyRule } from '../../../../shared/api/types/rbac-v1.ts'
import { type Disposable, toDisposable } from '../../../../shared/lang/disposable.ts'
import { equalJson } from '../registry/json-value.ts'
import type { ServerContext } from '../registry/server-context.ts'
import { updateObject } from '../registry/update-object.ts'

const CLUSTER_ROLES = 'clusterroles.rbac.authorization.k8s.io'
const USER = {
  name: 'system:serviceaccount:kube-system:clusterrole-aggregation-controller',
  groups: ['system:masters', 'system:authenticated'],
}

/** The role with the rules of all roles that its aggregationRule selects, in order of their names, each rule once. */
export function summedRole(role: ClusterRole, all: readonly ClusterRole[]): ClusterRole {
  const selectors = role.aggregationRule?.clusterRoleSelectors
  if (!selectors) return role
  const selects = selectors.map((selector) => compileLabelSelector(selector))
  const parts = all
    .filter(({ metadata }) => metadata.name !== role.metadata.name && selects.some((test) => test(metadata.labels)))
    .sort((left, right) => ((left.metadata.name ?? '') < (right.metadata.name ?? '') ? -1 : 1))
  const rules: PolicyRule[] = []
  for (const rule of parts.flatMap((part) => part.rules ?? [])) {
    if (!rules.some((known) => equalJson(known, rule))) rules.push(rule)
  }
  return { ...role, rules }
}

/**
 * Keeps the rules of aggregating ClusterRoles the sum of what they select, as the aggregation controller does.
 * A failing write is tried again with the next change of a role.
 */
export function startRoleAggregation(context: ServerContext, onError: (error: unknown) => void): Disposable {
  const { store, registry } = context
  const resource = registry.find('rbac.authorization.k8s.io', 'v1', 'clusterroles')
  if (resource === undefined) return toDisposable(() => undefined)
  const call = { user: USER, resource, subresource: '', namespace: '', dryRun: false }
  const sum = () => {
    const roles = store.list(CLUSTER_ROLES).items.map(({ object }) => object as ClusterRole)
    for (const role of roles) {
      if (!role.aggregationRule || equalJson(role.rules, summedRole(role, roles).rules)) continue
      const named = { ...call, name: role.metadata.name as string, fieldManager: 'clusterrole-aggregation-controller' }
      const draft = (current: unknown) =>
        current ? structuredClone(summedRole(current as ClusterRole, roles)) : undefined
      updateObject(context, { ...named, warnings: [] }, draft).catch(onError)
    }
  }
  const watching = store.watch({ resource: CLUSTER_ROLES }, store.revision, sum)
  sum()
  return watching
}
