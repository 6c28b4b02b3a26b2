import { expect, it } from 'vitest'
import { compileLabelSelector } from '../../../../shared/api/label-selector.ts'
import { matchesRequirements, parseLabelSelector } from '../../../../shared/api/label-selector-text.ts'
import { matchesNodeSelectorTerms } from '../../../../shared/api/node-selector.ts'
import type { KubeObject } from '../../../../shared/api/object.ts'
import type { ConfigMap } from '../../../../shared/api/types/core-v1.ts'
import { apiUnderTest, resourceRef } from '../../../../test/support/api-under-test.ts'
import { aNode } from '../../../../test/support/scheduling-builders.ts'
import { compileJsonPath } from '../custom/json-path.ts'
import { applyDefaults, prune } from '../custom/structural-schema.ts'

/** Names that keys of a ConfigMap may have, and that every object of JavaScript seems to have. */
const ODD = ['__proto__', 'constructor', 'hasOwnProperty', 'toString']
const odd = (value: string) => Object.fromEntries(ODD.map((name) => [name, value]))
const shown = (data: object = {}) =>
  Object.entries(data)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
const key = { name: 'odd', namespace: 'apps' }
const map = (data: Record<string, string>) => ({ kind: 'ConfigMap', apiVersion: 'v1', metadata: key, data })

it('keys that are called like members of every object are keys like others, however they are written', async () => {
  const { admin } = await apiUnderTest()
  const client = admin.resource(resourceRef('v1', 'configmaps'))
  const data = async () => shown(((await client.get(key.name, key.namespace)) as unknown as ConfigMap).data)
  const patches = {
    'application/merge-patch+json': (value: string) => ({ data: odd(value) }),
    'application/strategic-merge-patch+json': (value: string) => ({ data: odd(value) }),
    'application/json-patch+json': (value: string) => ODD.map((name) => ({ op: 'add', path: `/data/${name}`, value })),
  } as const
  for (const [type, bodyOf] of Object.entries(patches)) {
    await client.create(map({ a: 'x' }) as unknown as KubeObject)
    for (const value of ['first', 'second']) {
      await client.patch(key, { type: type as keyof typeof patches, body: bodyOf(value) })
      expect(await data(), type).toEqual(['a=x', ...shown(odd(value))].sort())
    }
    await client.delete(key)
  }
  for (const value of ['first', 'second']) {
    await client.patch(key, { type: 'application/apply-patch+yaml', body: map(odd(value)) }, { fieldManager: 'me' })
    expect(await data(), 'apply').toEqual(shown(odd(value)))
  }
})

it('a selector finds no label that is only called like a member of every object', () => {
  const node = aNode('n').build()
  const names = ODD.filter((name) => !name.startsWith('_'))
  for (const name of names) {
    const requirement = { key: name, operator: 'Exists' }
    expect(compileLabelSelector({ matchExpressions: [requirement] })({})).toBe(false)
    expect(matchesRequirements(parseLabelSelector(name), {})).toBe(false)
    expect(matchesNodeSelectorTerms(node, [{ matchExpressions: [requirement] }])).toBe(false)
  }
})

it.each(['constructor', 'toString'])('rules by name know nothing of %s', async (name) => {
  const { admin } = await apiUnderTest()
  const create = (apiVersion: string, resource: string, body: object) =>
    admin.resource(resourceRef(apiVersion, resource)).create({ metadata: key, ...body } as unknown as KubeObject)
  await create('v1', 'secrets', { type: name })
  const metadata = { name: name.toLowerCase() }
  const flow = { priorityLevelConfiguration: { name: 'exempt' } }
  await create('flowcontrol.apiserver.k8s.io/v1', 'flowschemas', { metadata, spec: flow })
  const container = { name: 'c', image: 'i', resources: { requests: { [name]: '1' } } }
  await expect(create('v1', 'pods', { spec: { containers: [container] } })).rejects.toMatchObject({ reason: 'Invalid' })
  expect(prune({ [name]: {} }, { type: 'object', properties: {} })).toEqual([name])
  expect(compileJsonPath(`.spec.${name}`)({ spec: {} })).toEqual([])
  const filled = {}
  applyDefaults(filled, { type: 'object', properties: { [name]: { type: 'string', default: 'x' } } })
  expect(filled).toEqual({ [name]: 'x' })
})
