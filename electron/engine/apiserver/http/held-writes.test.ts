import { expect, test } from 'vitest'
import { apiUnderTest } from '../../../../test/support/api-under-test.ts'
import { serveApi } from '../../../../test/support/serve-api.ts'

const POD = {
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name: 'web' },
  spec: { containers: [{ name: 'main', image: 'web' }] },
}
const SETTINGS = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'settings', namespace: 'apps' } }
const REVIEW = {
  kind: 'SelfSubjectAccessReview',
  apiVersion: 'authorization.k8s.io/v1',
  spec: { nonResourceAttributes: { path: '/', verb: 'get' } },
}
const configMaps = { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true }

test('a cluster that is held takes no change from outside, reads and dry runs go on, and so does the engine', async () => {
  let why: string | undefined
  const api = await apiUnderTest({ held: () => why })
  const served = await serveApi(api)
  const outcome = async (method: string, path: string, body?: unknown, token = 'admin') => {
    const patch = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {}
    const { code, text, headers } = await served.send(path, { method, body, token, headers: patch })
    expect(headers['retry-after']).toBeUndefined()
    return code === 503 ? `${code} ${JSON.parse(text).reason}: ${JSON.parse(text).message}` : code
  }
  const pods = '/api/v1/namespaces/apps/pods'
  expect(await outcome('POST', pods, POD)).toBe(201)

  why = 'the cluster "dev" is paused'
  const refused = '503 ServiceUnavailable: the cluster "dev" is paused'
  expect(await outcome('POST', pods, POD)).toBe(refused)
  expect(await outcome('PUT', `${pods}/web`, POD)).toBe(refused)
  expect(await outcome('PATCH', `${pods}/web`, { metadata: { labels: { a: 'b' } } })).toBe(refused)
  expect(await outcome('DELETE', `${pods}/web`)).toBe(refused)
  expect(await outcome('DELETE', pods)).toBe(refused)
  expect(await outcome('POST', `${pods}/web/eviction`, {})).toBe(refused)
  expect(await outcome('GET', `${pods}/web/proxy/`)).toBe(refused)
  // Who may not, learns no more than before.
  expect(await outcome('DELETE', `${pods}/web`, undefined, 'ann')).toBe(403)

  expect(await outcome('GET', pods)).toBe(200)
  expect(await outcome('DELETE', `${pods}/web?dryRun=All`)).toBe(200)
  expect(await outcome('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', REVIEW)).toBe(201)
  const token = '/api/v1/namespaces/apps/serviceaccounts/default/token'
  expect(await outcome('POST', token, { spec: {} })).toBe(201)
  await api.admin.resource(configMaps).create(SETTINGS)

  why = undefined
  expect(await outcome('DELETE', `${pods}/web?gracePeriodSeconds=0`)).toBe(200)
  await served.close()
})
