import { createHash } from 'node:crypto'
import type { KubeObject } from '../../../../shared/api/object.ts'
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresourceScale,
  JSONSchemaProps,
} from '../../../../shared/api/types/apiextensions-v1.ts'
import type { KindStrategy } from '../kinds/strategy.ts'
import { humanDuration } from '../kinds/tables/human-duration.ts'
import { errorText, type FieldError, invalid } from '../machinery/field-error.ts'
import { cloneJson } from '../registry/json-value.ts'
import { qualifiedName, type Resource, type Subresource } from '../registry/resource.ts'
import { compileJsonPath } from './json-path.ts'
import { applyDefaults } from './structural-schema.ts'
import { customValidator } from './validate-custom.ts'

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const MAX_REPLICAS = 2 ** 31 - 1
const AGE: CustomResourceColumnDefinition = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }

/** The resources that a CustomResourceDefinition serves, one for each served version; versions differ in name only. */
export function customResources(definition: CustomResourceDefinition): Resource[] {
  const { versions } = definition.spec
  const stored = versions.find(({ storage }) => storage)
  if (stored === undefined) return []
  const storage = customResource(definition, stored)
  const others = versions.filter((version) => version !== stored && version.served)
  return [...(stored.served ? [storage] : []), ...others.map((version) => customResource(definition, version, storage))]
}

function customResource(
  { spec }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
  storage?: Resource,
): Resource {
  const { group, names, scope } = spec
  const groupVersion = `${group}/${version.name}`
  const schema = version.schema?.openAPIV3Schema
  const { status, scale } = version.subresources ?? {}
  const columns = version.additionalPrinterColumns?.length ? version.additionalPrinterColumns : [AGE]
  const resource: Omit<Resource, 'storage'> & { storage?: Resource } = {
    group,
    version: version.name,
    groupVersion,
    resource: names.plural,
    kind: names.kind,
    listKind: names.listKind || `${names.kind}List`,
    singular: names.singular || names.kind.toLowerCase(),
    namespaced: scope === 'Namespaced',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: new Set(VERBS),
    subresources: subresources(group, version, names.kind),
    storageVersionHash: createHash('sha256').update(`${groupVersion}/${names.kind}`).digest('base64').slice(0, 12),
    type: '',
    reset: status ? { '': ['status'], status: notStatus(schema) } : {},
    strategy: strategyOf(version, schema, columns),
    storageKey: qualifiedName(group, names.plural),
    qualified: qualifiedName(group, names.plural),
    columns: [{ name: 'Name', type: 'string', format: 'name' }, ...columns],
    selectableFields: ['metadata.name', 'metadata.namespace', ...selectable(version).map(([name]) => name)],
    schema,
    scale,
    deprecation: version.deprecated
      ? (version.deprecationWarning ?? `${groupVersion} ${names.kind} is deprecated`)
      : undefined,
    conversion: storage && { toStorage: renamed(storage.groupVersion), fromStorage: renamed(groupVersion) },
  }
  resource.storage = storage ?? (resource as Resource)
  return resource as Resource
}

function renamed(apiVersion: string): (object: KubeObject) => KubeObject {
  return (object) => ({ ...cloneJson(object), apiVersion })
}

function subresources(
  group: string,
  { name: version, subresources: wanted }: CustomResourceDefinitionVersion,
  kind: string,
): ReadonlyMap<string, Subresource> {
  const verbs = new Set(['get', 'patch', 'update'])
  const result = new Map<string, Subresource>()
  if (wanted?.status) result.set('status', { name: 'status', group, version, kind, verbs })
  if (wanted?.scale) result.set('scale', { name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs })
  return result
}

/** What a write of the status may not change. */
function notStatus(schema: JSONSchemaProps | undefined): string[] {
  const own = Object.keys(schema?.properties ?? { spec: {} })
  return ['metadata', ...own.filter((name) => !['apiVersion', 'kind', 'metadata', 'status'].includes(name))]
}

function selectable({ selectableFields }: CustomResourceDefinitionVersion): [string, (value: unknown) => unknown[]][] {
  return (selectableFields ?? []).map(({ jsonPath }) => [jsonPath.replace(/^\./, ''), compileJsonPath(jsonPath)])
}

function strategyOf(
  version: CustomResourceDefinitionVersion,
  schema: JSONSchemaProps | undefined,
  columns: readonly CustomResourceColumnDefinition[],
): KindStrategy {
  const check = schema ? customValidator(schema) : () => []
  const checkScale = scaleValidator(version.subresources?.scale)
  const validate = (object: KubeObject) => [...check(object), ...checkScale(object)]
  const cells = columns.map(({ jsonPath, type }) => ({ type, read: compileJsonPath(jsonPath) }))
  const fields = selectable(version)
  return {
    unconditionalUpdate: false,
    defaults: (object) => schema && applyDefaults(object, schema),
    validate: (object) => validate(object),
    validateUpdate(object, old) {
      const errors = validate(object)
      if (errors.length === 0) return errors
      // Ratcheting: what was wrong before, a schema's change say, keeps nobody from changing the rest.
      const before = new Set(validate(old).map(errorText))
      return errors.filter((error) => !before.has(errorText(error)))
    },
    selectableFields: (object) =>
      Object.fromEntries(fields.map(([name, read]) => [name, String(read(object)[0] ?? '')])),
    tableCells: (object, now) => [
      object.metadata.name,
      ...cells.map(({ type, read }) => cell(read(object)[0], type, now)),
    ],
  }
}

/** validateScaleSpec and validateScaleStatus: replicas are counted, where they are given at all. */
function scaleValidator(scale: CustomResourceSubresourceScale | undefined): (object: KubeObject) => FieldError[] {
  const paths = scale ? [scale.specReplicasPath, scale.statusReplicasPath] : []
  const counts = paths.map((path) => ({ path, read: compileJsonPath(path) }))
  return (object) =>
    counts.flatMap(({ path, read }) => {
      const value = read(object)[0]
      if (typeof value !== 'number') return []
      if (value < 0) return [invalid(path, value, 'should be a non-negative integer')]
      return value > MAX_REPLICAS ? [invalid(path, value, `should be less than or equal to ${MAX_REPLICAS}`)] : []
    })
}

/** A value as a table shows it; what is not there or of another type is null. */
function cell(value: unknown, type: string, now: number): unknown {
  if (value === undefined || value === null) return null
  switch (type) {
    case 'date':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value))
        ? humanDuration(now - Date.parse(value))
        : '<invalid>'
    case 'integer':
    case 'number':
      return typeof value === 'number' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
}
