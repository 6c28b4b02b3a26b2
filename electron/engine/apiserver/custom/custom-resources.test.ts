import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, apiUnderTest } from '../../../../test/support/api-under-test.ts'
import { type ServedApi, serveApi } from '../../../../test/support/serve-api.ts'

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const WIDGETS = '/apis/example.com/v1/namespaces/apps/widgets'

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1 },
        color: { type: 'string', enum: ['red', 'blue'], default: 'red' },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        port: { 'x-kubernetes-int-or-string': true },
        count: { type: 'integer', format: 'int32' },
        code: { type: 'string', pattern: '(?i)^[[:upper:]]+$' },
        tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        ports: {
          type: 'array',
          items: {
            type: 'object',
            required: ['port'],
            properties: { port: { type: 'integer' }, name: { type: 'string' } },
          },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port'],
        },
      },
    },
    status: { type: 'object', properties: { size: { type: 'integer' }, phase: { type: 'string' } } },
  },
}

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wg'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schema },
        subresources: { status: {}, scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } },
        additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
      },
      {
        name: 'v1beta1',
        served: true,
        storage: false,
        deprecated: true,
        deprecationWarning: 'use v1',
        schema: { openAPIV3Schema: schema },
      },
    ],
  },
}

function widget(name: string, spec: unknown, more: object = {}): unknown {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name }, spec, ...more }
}

describe('custom resources', () => {
  let under: ApiUnderTest
  let api: ServedApi
  const json = async (...args: Parameters<ServedApi['send']>) => JSON.parse((await api.send(...args)).text)
  const settled = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  beforeAll(async () => {
    under = await apiUnderTest()
    api = await serveApi(under)
    await api.send(DEFINITIONS, { method: 'POST', body: definition })
    await settled()
  })

  afterAll(() => api.close())

  it('accepts the names and is established', async () => {
    const { status } = await json(`${DEFINITIONS}/widgets.example.com`)
    expect(
      status.conditions.map(({ type, status: value }: { type: string; status: string }) => `${type} ${value}`),
    ).toEqual(['NamesAccepted True', 'Established True'])
    expect(status.acceptedNames).toMatchObject({ plural: 'widgets', singular: 'widget', listKind: 'WidgetList' })
    expect(status.storedVersions).toEqual(['v1'])
  })

  it('is discovered and described', async () => {
    const { resources } = await json('/apis/example.com/v1')
    expect(resources.map(({ name }: { name: string }) => name)).toEqual(['widgets', 'widgets/scale', 'widgets/status'])
    const { components } = await json('/openapi/v3/apis/example.com/v1')
    expect(components.schemas['com.example.v1.Widget'].properties.spec.required).toEqual(['size'])
  })

  it('creates with defaults and without unknown fields, in every version', async () => {
    const made = await api.send(WIDGETS, {
      method: 'POST',
      body: widget('a', { size: 2, odd: 1, free: { any: { thing: 1 } } }),
    })
    expect(made.code).toBe(201)
    expect(made.headers.warning).toBe('299 - "unknown field \\"spec.odd\\""')
    const { spec, metadata } = JSON.parse(made.text)
    expect(spec).toEqual({ size: 2, color: 'red', free: { any: { thing: 1 } } })
    expect(metadata.generation).toBe(1)
    const older = await json('/apis/example.com/v1beta1/namespaces/apps/widgets/a')
    expect([older.apiVersion, older.spec.size]).toEqual(['example.com/v1beta1', 2])
  })

  it('validates in the words of Kubernetes', async () => {
    const failure = async (spec: unknown, query = '') =>
      (await json(`${WIDGETS}${query}`, { method: 'POST', body: widget('bad', spec) })).message
    expect(await failure({})).toBe('Widget.example.com "bad" is invalid: spec.size: Required value')
    expect(await failure({ size: 0 })).toBe(
      'Widget.example.com "bad" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    )
    expect(await failure({ size: 'x' })).toBe(
      'Widget.example.com "bad" is invalid: spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
    )
    expect(await failure({ size: 1, color: 'green' })).toBe(
      'Widget.example.com "bad" is invalid: spec.color: Unsupported value: "green": supported values: "red", "blue"',
    )
    expect(await failure({ size: 1, odd: 1 }, '?fieldValidation=Strict')).toContain('unknown field "spec.odd"')
  })

  it('holds lists to be sets and maps, numbers to their formats and patterns as Go reads them', async () => {
    const failure = async (spec: object) => {
      const { message } = await json(WIDGETS, { method: 'POST', body: widget('bad', { size: 1, ...spec }) })
      return message.replace('Widget.example.com "bad" is invalid: ', '')
    }
    expect(await failure({ tags: ['a', 'b', 'a'] })).toBe('spec.tags[2]: Duplicate value: "a"')
    const ports = [
      { port: 1, name: 'a' },
      { name: 'b', port: 1 },
    ]
    expect(await failure({ ports })).toBe('spec.ports[1]: Duplicate value: {"port":1}')
    expect(await failure({ count: 4294967296 })).toBe(
      '<nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec.count',
    )
    expect(await failure({ code: 'x1' })).toBe(
      'spec.code: Invalid value: "x1": spec.code in body should match \'(?i)^[[:upper:]]+$\'',
    )
    expect(await failure({ code: 'abc', size: -1 })).toContain('greater than or equal to 1')
  })

  it('lets an object be changed that was wrong before its schema was', async () => {
    const versions = (required: string[]) => {
      const strict = { ...schema, properties: { ...schema.properties, extra: { type: 'string' } }, required }
      return definition.spec.versions.map((version) => ({ ...version, schema: { openAPIV3Schema: strict } }))
    }
    const change = async (required: string[]) => {
      const live = await json(`${DEFINITIONS}/widgets.example.com`)
      const body = { ...live, spec: { ...live.spec, versions: versions(required) } }
      expect((await api.send(`${DEFINITIONS}/widgets.example.com`, { method: 'PUT', body })).code).toBe(200)
      await settled()
    }
    await api.send(WIDGETS, { method: 'POST', body: widget('old', { size: 1 }) })
    await change(['extra'])
    const patch = (body: unknown) =>
      api.send(`${WIDGETS}/old`, { method: 'PATCH', body, headers: { 'content-type': 'application/merge-patch+json' } })
    expect((await patch({ metadata: { finalizers: [] }, spec: { color: 'blue' } })).code).toBe(200)
    expect((await patch({ spec: { color: 'green' } })).code).toBe(422)
    expect((await api.send(WIDGETS, { method: 'POST', body: widget('new', { size: 1 }) })).code).toBe(422)
    await change([])
  })

  it('warns of a version that should no longer be used', async () => {
    const { headers } = await api.send('/apis/example.com/v1beta1/namespaces/apps/widgets')
    expect(headers.warning).toBe('299 - "use v1"')
  })

  it('refuses definitions whose defaults, patterns, rules or selectable fields can not be', async () => {
    const causes = async (properties: object, more: object = {}) => {
      const broken = structuredClone(definition)
      const root = { type: 'object', properties: { spec: { type: 'object', properties, ...more } } }
      const version = { ...broken.spec.versions[0], schema: { openAPIV3Schema: root }, ...more }
      const spec = { ...broken.spec, group: 'broken.com', versions: [version] }
      const body = { ...broken, metadata: { name: 'widgets.broken.com' }, spec }
      const { details } = await json(`${DEFINITIONS}?dryRun=All`, { method: 'POST', body })
      return details.causes.map(({ field, message }: { field: string; message: string }) => `${field}: ${message}`)
    }
    const at = 'spec.validation.openAPIV3Schema.properties[spec]'
    expect(await causes({ a: { type: 'integer', default: 'x' } })).toEqual([
      `${at}.properties[a].default: Invalid value: "string":  in body must be of type integer: "string"`,
    ])
    const list = { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set', default: ['a', 'a'] }
    expect(await causes({ a: list })).toEqual([`${at}.properties[a].default[1]: Duplicate value: "a"`])
    expect(await causes({ a: { type: 'string', pattern: '[a-' } })).toEqual([
      `${at}.properties[a].pattern: Invalid value: "[a-": must be a valid regular expression, but isn't: error parsing regexp: missing closing ]: \`[a-\``,
    ])
    const rules = [{ rule: ' ' }, { rule: 'true', message: 'a\nb', reason: 'Odd', fieldPath: '.b' }]
    expect(await causes({ a: { type: 'string' } }, { 'x-kubernetes-validations': rules })).toEqual([
      `${at}.x-kubernetes-validations[0].rule: Required value: rule is not specified`,
      `${at}.x-kubernetes-validations[1].message: Invalid value: "a\\nb": must not contain line breaks`,
      `${at}.x-kubernetes-validations[1].reason: Unsupported value: "Odd": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"`,
      `${at}.x-kubernetes-validations[1].fieldPath: Invalid value: ".b": must be a valid path`,
    ])
    const selectableFields = [{ jsonPath: '.spec.a' }, { jsonPath: '.spec.b' }, { jsonPath: '.spec' }]
    expect(await causes({ a: { type: 'string' } }, { selectableFields })).toEqual([
      'spec.selectableFields[1].jsonPath: Invalid value: ".spec.b": is an invalid path: does not refer to a valid field',
      'spec.selectableFields[2].jsonPath: Invalid value: ".spec": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
    ])
  })

  it('patches, applies, keeps the status apart and scales', async () => {
    const patch = (type: string, body: unknown, path = '') =>
      json(`${WIDGETS}/a${path}`, { method: 'PATCH', body, headers: { 'content-type': `application/${type}` } })
    expect((await patch('merge-patch+json', { spec: { size: 3 }, status: { phase: 'no' } })).status).toBeUndefined()
    const reported = await patch(
      'merge-patch+json',
      { spec: { size: 9 }, status: { phase: 'Ready', size: 3 } },
      '/status',
    )
    expect([reported.spec.size, reported.status.phase]).toEqual([3, 'Ready'])
    expect((await patch('strategic-merge-patch+json', {})).code).toBe(415)
    const forced = await json(`${WIDGETS}/a?fieldManager=me&force=true`, {
      method: 'PATCH',
      body: widget('a', { size: 4, color: 'blue' }),
      headers: { 'content-type': 'application/apply-patch+yaml' },
    })
    expect(forced.spec).toMatchObject({ size: 4, color: 'blue' })
    const scale = await json(`${WIDGETS}/a/scale`)
    expect([scale.spec.replicas, scale.status.replicas]).toEqual([4, 3])
    await patch('merge-patch+json', { spec: { replicas: 6 } }, '/scale')
    expect((await json(`${WIDGETS}/a`)).spec.size).toBe(6)
  })

  it('prints its columns', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
    const table = await json(WIDGETS, { headers: { accept } })
    expect(table.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual(['Name', 'Size'])
    expect(table.rows[0].cells).toEqual(['a', 6])
  })

  it('refuses names that are taken', async () => {
    const second = structuredClone(definition)
    second.metadata.name = 'gadgets.example.com'
    second.spec.names = { plural: 'gadgets', singular: 'gadget', kind: 'Widget', shortNames: [] }
    await api.send(DEFINITIONS, { method: 'POST', body: second })
    await settled()
    const { status } = await json(`${DEFINITIONS}/gadgets.example.com`)
    expect(status.conditions[0]).toMatchObject({ reason: 'KindConflict', message: '"Widget" is already in use' })
    expect((await api.send('/apis/example.com/v1/namespaces/apps/gadgets')).code).toBe(404)
  })

  it('takes its objects along when it is deleted', async () => {
    const deleted = await json(`${DEFINITIONS}/widgets.example.com`, { method: 'DELETE' })
    expect(deleted.metadata?.finalizers ?? deleted.status).toBeDefined()
    await settled()
    expect((await api.send(WIDGETS)).code).toBe(404)
    expect(under.store.count('widgets.example.com')).toBe(0)
    expect((await api.send(`${DEFINITIONS}/widgets.example.com`)).code).toBe(404)
  })
})
