import { expect, it } from 'vitest'
import type { KubeObject } from '../../../../shared/api/object.ts'
import { apiUnderTest } from '../../../../test/support/api-under-test.ts'
import type { Call } from '../registry/server-context.ts'
import { unenforced } from './unenforced.ts'

const api = await apiUnderTest()

/** What is said of a write. */
function warnings(apiVersion: string, plural: string, object: object, rest: Partial<Call> = {}): readonly string[] {
  const [group = '', version = ''] = apiVersion.split('/')
  const resource = api.apiServer.context.registry.find(group, version, plural)
  if (resource === undefined) throw new Error(`${plural} are not served`)
  const user = { name: 'admin', groups: [] }
  const call: Call = {
    ...{ user, resource, subresource: '', namespace: '', name: 'x', dryRun: false, fieldManager: 'test', warnings: [] },
    ...rest,
  }
  const stored = { kind: resource.kind, apiVersion, metadata: { name: 'x' }, ...object } as KubeObject
  unenforced.validate?.({ operation: 'CREATE', call, name: 'x', object: stored })
  return call.warnings
}

it.each([
  [
    'admissionregistration.k8s.io/v1',
    'validatingwebhookconfigurations',
    {},
    'admission webhooks are kept but not called',
  ],
  ['admissionregistration.k8s.io/v1', 'validatingadmissionpolicybindings', {}, 'admission policies are kept but not'],
  ['apiregistration.k8s.io/v1', 'apiservices', { spec: { service: {} } }, 'API services are kept but requests are not'],
])('whoever writes to %s %s is told that it has no effect', (apiVersion, plural, object, start) => {
  expect(warnings(apiVersion, plural, object)).toEqual([expect.stringMatching(new RegExp(`^${start}`))])
  expect(warnings(apiVersion, plural, object, { dryRun: true })).toEqual([])
  expect(warnings(apiVersion, plural, object, { subresource: 'status' })).toEqual([])
})

it('says nothing of an API service that the server serves itself', () => {
  expect(warnings('apiregistration.k8s.io/v1', 'apiservices', { spec: { group: 'apps', version: 'v1' } })).toEqual([])
})
