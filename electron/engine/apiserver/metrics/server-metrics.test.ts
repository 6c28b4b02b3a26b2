import { expect, it } from 'vitest'
import { apiUnderTest } from '../../../../test/support/api-under-test.ts'
import { serveApi } from '../../../../test/support/serve-api.ts'

it('counts what was asked and answered, and shows the store and the process', async () => {
  const under = await apiUnderTest()
  const api = await serveApi(under)
  await api.send('/api/v1/namespaces/apps/pods')
  await api.send('/api/v1/namespaces/apps/pods/none')
  const { text, headers } = await api.send('/metrics')
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  const labels = 'group="",resource="pods",subresource=""'
  expect(text).toContain(`apiserver_request_total{code="200",${labels},verb="LIST",version="v1"} 1\n`)
  expect(text).toContain(`apiserver_request_total{code="404",${labels},verb="GET",version="v1"} 1\n`)
  expect(text).toContain(`slipway_store_revision ${under.store.revision}\n`)
  expect(text).toContain('apiserver_storage_objects{resource="namespaces"} 5\n')
  expect(text).toMatch(/process_resident_memory_bytes \d+/)
  expect((await api.send('/metrics', { token: 'ann' })).code).toBe(403)
  await api.close()
})
