import { beforeEach, describe, expect, it } from 'vitest'
import type { KubeObject } from '../../../../../shared/api/object.ts'
import { type ApiUnderTest, apiUnderTest, refusal, resourceRef } from '../../../../../test/support/api-under-test.ts'
import { FaultyJournal } from '../../../../../test/support/faulty-journal.ts'

const quotas = resourceRef('v1', 'resourcequotas')
const pods = resourceRef('v1', 'pods')
const configMaps = resourceRef('v1', 'configmaps')
const services = resourceRef('v1', 'services')

function quota(spec: object): KubeObject {
  return {
    kind: 'ResourceQuota',
    apiVersion: 'v1',
    metadata: { name: 'limits', namespace: 'apps' },
    spec,
  } as KubeObject
}

function pod(name: string, requests?: Record<string, string>, spec: object = {}): KubeObject {
  const containers = [{ name: 'app', image: 'app:1', ...(requests ? { resources: { requests } } : {}) }]
  const metadata = { name, namespace: 'apps' }
  return { kind: 'Pod', apiVersion: 'v1', metadata, spec: { containers, ...spec } } as KubeObject
}

function configMap(name: string): KubeObject {
  return { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, namespace: 'apps' } }
}

describe('ResourceQuota', () => {
  let api: ApiUnderTest
  let journal: FaultyJournal

  beforeEach(async () => {
    journal = new FaultyJournal()
    api = await apiUnderTest({ journal })
  })

  it('refuses what goes beyond, with what is asked, used and allowed', async () => {
    await api.admin
      .resource(quotas)
      .create(quota({ hard: { 'requests.cpu': '1', pods: '2', 'requests.memory': '1Gi' } }))
    const client = api.admin.resource(pods)
    expect(await refusal(client.create(pod('a', { cpu: '600m', memory: '512Mi' })))).toBe('accepted')
    expect(await refusal(client.create(pod('b', { cpu: '500m', memory: '768Mi' })))).toBe(
      'pods "b" is forbidden: exceeded quota: limits, requested: requests.cpu=500m,requests.memory=768Mi, used: requests.cpu=600m,requests.memory=512Mi, limited: requests.cpu=1,requests.memory=1Gi',
    )
    expect(await refusal(client.create(pod('b', { memory: '1Mi' })))).toBe(
      'pods "b" is forbidden: failed quota: limits: must specify requests.cpu for: app',
    )
    expect(await refusal(client.create(pod('b', { cpu: '400m', memory: '512Mi' })))).toBe('accepted')
  })

  it('counts claims by their class of volume attributes', async () => {
    const selector = (operator: string, values?: string[]) => ({
      matchExpressions: [{ scopeName: 'VolumeAttributesClass', operator, ...(values ? { values } : {}) }],
    })
    const hard = { 'requests.storage': '2Gi' }
    await api.admin.resource(quotas).create(quota({ hard, scopeSelector: selector('In', ['gold']) }))
    const claims = api.admin.resource(resourceRef('v1', 'persistentvolumeclaims'))
    const claim = (name: string, volumeAttributesClassName?: string) =>
      ({
        kind: 'PersistentVolumeClaim',
        apiVersion: 'v1',
        metadata: { name, namespace: 'apps' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1.5Gi' } },
          ...(volumeAttributesClassName ? { volumeAttributesClassName } : {}),
        },
      }) as KubeObject
    expect(await refusal(claims.create(claim('a', 'gold')))).toBe('accepted')
    expect(await refusal(claims.create(claim('b', 'gold')))).toContain(
      'exceeded quota: limits, requested: requests.storage=1536Mi, used: requests.storage=1536Mi, limited: requests.storage=2Gi',
    )
    expect(await refusal(claims.create(claim('b', 'silver')))).toBe('accepted')
    expect(await refusal(claims.create(claim('c')))).toBe('accepted')
    expect(await refusal(api.admin.resource(pods).create(pod('d')))).toBe('accepted')
  })

  it('counts what is still being written, and nothing of what failed', async () => {
    await api.admin.resource(quotas).create(quota({ hard: { 'count/configmaps': '3' } }))
    const client = api.admin.resource(configMaps)
    journal.hold()
    const failing = ['a', 'b', 'c', 'd'].map((name) => refusal(client.create(configMap(name))))
    await new Promise((resolve) => setImmediate(resolve))
    journal.release(['lost'])
    expect((await Promise.all(failing)).filter((answer) => answer.includes('exceeded quota'))).toEqual([
      'configmaps "d" is forbidden: exceeded quota: limits, requested: count/configmaps=1, used: count/configmaps=3, limited: count/configmaps=3',
    ])
    const many = await Promise.all(Array.from({ length: 20 }, (_, at) => refusal(client.create(configMap(`m${at}`)))))
    expect(many.filter((answer) => answer === 'accepted')).toHaveLength(3)
    await client.delete({ name: 'm0', namespace: 'apps' })
    expect(await refusal(client.create(configMap('again')))).toBe('accepted')
  })

  it('takes nothing for a trial and for a pod that has ended', async () => {
    await api.admin.resource(quotas).create(quota({ hard: { pods: '1' } }))
    const client = api.admin.resource(pods)
    await client.create(pod('a'), { dryRun: true })
    const made = await client.create(pod('a'))
    expect(await refusal(client.create(pod('b')))).toContain('exceeded quota')
    await client.updateStatus({ ...made, status: { phase: 'Succeeded' } } as KubeObject)
    expect(await refusal(client.create(pod('b')))).toBe('accepted')
  })

  it('counts only what is in its scopes', async () => {
    await api.admin.resource(quotas).create(quota({ hard: { pods: '0' }, scopes: ['BestEffort'] }))
    const client = api.admin.resource(pods)
    expect(await refusal(client.create(pod('a', { cpu: '1' })))).toBe('accepted')
    expect(await refusal(client.create(pod('b')))).toContain('exceeded quota')
  })

  it('lets a Service change its type only within the quota', async () => {
    await api.admin.resource(quotas).create(quota({ hard: { 'services.nodeports': '1' } }))
    const client = api.admin.resource(services)
    const ports = [
      { name: 'a', port: 80 },
      { name: 'b', port: 81 },
    ]
    const service = { kind: 'Service', apiVersion: 'v1', metadata: { name: 's', namespace: 'apps' }, spec: { ports } }
    await client.create(service as KubeObject)
    const change = { type: 'application/merge-patch+json', body: { spec: { type: 'NodePort' } } } as const
    expect(await refusal(client.patch({ name: 's', namespace: 'apps' }, change))).toBe(
      'services "s" is forbidden: exceeded quota: limits, requested: services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=1',
    )
  })
})
