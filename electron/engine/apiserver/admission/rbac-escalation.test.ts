import { beforeEach, describe, expect, it } from 'vitest'
import type { KubeObject } from '../../../../shared/api/object.ts'
import type { ClusterRole } from '../../../../shared/api/types/rbac-v1.ts'
import { type ApiUnderTest, apiUnderTest, refusal, resourceRef } from '../../../../test/support/api-under-test.ts'
import { startRoleAggregation } from '../auth/aggregate-roles.ts'

const RBAC = 'rbac.authorization.k8s.io/v1'
const roles = resourceRef(RBAC, 'roles')
const bindings = resourceRef(RBAC, 'rolebindings')
const clusterRoles = resourceRef(RBAC, 'clusterroles', false)

function role(name: string, rules: unknown[]): KubeObject {
  return { kind: 'Role', apiVersion: RBAC, metadata: { name, namespace: 'apps' }, rules } as KubeObject
}

function binding(name: string, kind: string, roleName: string, user = 'ann'): KubeObject {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name: roleName }
  const subjects = [{ kind: 'User', name: user }]
  return {
    kind: 'RoleBinding',
    apiVersion: RBAC,
    metadata: { name, namespace: 'apps' },
    roleRef,
    subjects,
  } as KubeObject
}

function clusterRole(name: string, labels: Record<string, string>, rest: object): KubeObject {
  return { kind: 'ClusterRole', apiVersion: RBAC, metadata: { name, labels }, ...rest } as KubeObject
}

const READ_PODS = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }

describe('granting rights', () => {
  let api: ApiUnderTest

  beforeEach(async () => {
    api = await apiUnderTest()
    const manage = { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['*'] }
    // "*" would hold "escalate" and "bind" too.
    const verbs = ['get', 'create', 'update', 'patch', 'delete']
    await api.admin.resource(roles).create(role('manager', [{ ...manage, verbs }, READ_PODS]))
    await api.admin.resource(bindings).create(binding('manager', 'Role', 'manager'))
  })

  it('lets a user grant what the user has', async () => {
    expect(
      await refusal(
        api
          .as('ann')
          .resource(roles)
          .create(role('reader', [READ_PODS])),
      ),
    ).toBe('accepted')
    expect(
      await refusal(
        api
          .as('ann')
          .resource(bindings)
          .create(binding('b', 'Role', 'reader', 'bob')),
      ),
    ).toBe('accepted')
  })

  it('refuses a role with more, naming each missing right', async () => {
    const more = [
      { apiGroups: ['', 'apps'], resources: ['pods', 'deployments'], verbs: ['get', 'delete'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['one'], verbs: ['get'] },
    ]
    expect(await refusal(api.as('ann', 'devs').resource(roles).create(role('more', more)))).toBe(
      `roles.rbac.authorization.k8s.io "more" is forbidden: user "ann" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["deployments"], Verbs:["get" "delete"]}
{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}
{APIGroups:[""], Resources:["secrets"], ResourceNames:["one"], Verbs:["get"]}
{APIGroups:["apps"], Resources:["deployments"], Verbs:["get" "delete"]}
{APIGroups:["apps"], Resources:["pods"], Verbs:["get" "delete"]}`,
    )
  })

  it('refuses to bind a role with more, or one that is not there', async () => {
    const client = api.as('ann').resource(bindings)
    expect(await refusal(client.create(binding('b', 'ClusterRole', 'cluster-admin', 'bob')))).toContain(
      'rolebindings.rbac.authorization.k8s.io "b" is forbidden: user "ann" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n{NonResourceURLs:["*"], Verbs:["*"]}',
    )
    expect(await refusal(client.create(binding('b', 'Role', 'absent')))).toBe(
      'roles.rbac.authorization.k8s.io "absent" not found',
    )
  })

  it('allows both with the verbs escalate and bind', async () => {
    const special = { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['escalate', 'bind'] }
    await api.admin.resource(roles).create(role('special', [special]))
    await api.admin.resource(bindings).create(binding('special', 'Role', 'special'))
    const more = role('more', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }])
    expect(await refusal(api.as('ann').resource(roles).create(more))).toBe('accepted')
    expect(
      await refusal(
        api
          .as('ann')
          .resource(bindings)
          .create(binding('b', 'Role', 'more')),
      ),
    ).toBe('accepted')
  })
})

it('sums ClusterRoles by their labels, and again when one of them changes', async () => {
  const { apiServer, admin, store } = await apiUnderTest()
  const failures: unknown[] = []
  const aggregation = startRoleAggregation(apiServer.context, (error) => failures.push(error))
  const client = admin.resource(clusterRoles)
  const selector = { clusterRoleSelectors: [{ matchLabels: { team: 'a' } }] }
  await client.create(clusterRole('sum', {}, { aggregationRule: selector }))
  await client.create(clusterRole('part', { team: 'a' }, { rules: [READ_PODS] }))
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  await settled()
  const key = { resource: 'clusterroles.rbac.authorization.k8s.io', namespace: '', name: 'sum' }
  const rules = () => (store.get(key)?.object as ClusterRole | undefined)?.rules
  expect(rules()).toEqual([READ_PODS])
  await client.delete({ name: 'part' })
  await settled()
  expect(rules() ?? []).toEqual([])
  const labels = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' }
  await client.create(clusterRole('more-view', labels, { rules: [{ ...READ_PODS, resources: ['widgets'] }] }))
  await settled()
  for (const name of ['view', 'edit', 'admin']) {
    const found = store.get({ ...key, name })?.object as ClusterRole
    expect(found.rules?.some(({ resources }) => resources?.includes('widgets'))).toBe(true)
  }
  expect(failures).toEqual([])
  aggregation.dispose()
})
