import columnsJson from '../../../../shared/api/facts/table-columns.json' with { type: 'json' }
import type { KubeObject } from '../../../../shared/api/object.ts'
import { humanDuration } from '../kinds/tables/human-duration.ts'
import { tableCells } from '../kinds/tables/table-cells.ts'
import { newBadRequest } from '../machinery/api-errors.ts'
import type { Resource, TableColumn } from '../registry/resource.ts'
import { inVersion } from './encode.ts'

const facts = columnsJson as unknown as {
  readonly crdFallback: readonly TableColumn[]
  readonly resources: readonly {
    readonly kind: string
    readonly r: string
    readonly versions: readonly string[]
    readonly cols: readonly TableColumn[]
    readonly generic?: number
  }[]
}

export type IncludeObject = 'None' | 'Metadata' | 'Object'

export function includeObject(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') ?? ''
  if (value === '') return 'Metadata'
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value
  const why = `includeObject: Invalid value: ${JSON.stringify(value)}: must be 'Metadata', 'Object', 'None', or empty`
  throw newBadRequest(`Unable to convert to Table as requested: ${why}`)
}

const columnsOf = new WeakMap<Resource, readonly Required<TableColumn>[]>()

function tableColumns(resource: Resource): readonly Required<TableColumn>[] {
  const known = columnsOf.get(resource)
  if (known) return known
  const fact = facts.resources.find(
    ({ r, kind, versions }) =>
      r === (resource.group === '' ? resource.resource : `${resource.group}/${resource.resource}`) &&
      kind === resource.kind &&
      versions.includes(resource.version),
  )
  const columns = (resource.columns ?? fact?.cols ?? facts.crdFallback).map((column) => ({
    name: column.name,
    type: column.type,
    format: column.format ?? '',
    description: column.description ?? DESCRIPTIONS[column.name] ?? '',
    priority: column.priority ?? 0,
  }))
  columnsOf.set(resource, columns)
  return columns
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  Name: 'Name of the object, unique within its namespace.',
  Age: 'Time since the object was created.',
  'Created At': 'Time at which the object was created.',
}

/**
 * One row: its cells and, as asked for, the object's metadata or the object. Cells are made of the storage version,
 * which says everything.
 */
export function tableRow(resource: Resource, object: KubeObject, include: IncludeObject, now: number): unknown {
  const cells = cellsOf(resource, object, now)
  const shown = inVersion(resource, object)
  if (include === 'None') return { cells, object: null }
  return { cells, object: include === 'Object' ? shown : partialMetadata(shown) }
}

function cellsOf(resource: Resource, object: KubeObject, now: number): unknown[] {
  const own = resource.storage.strategy.tableCells ?? tableCells[resource.storageKey]
  return own?.(object, now) ?? genericCells(resource, object, now)
}

function genericCells(resource: Resource, object: KubeObject, now: number): unknown[] {
  const created = object.metadata.creationTimestamp
  const columns = tableColumns(resource)
  return columns.map(({ name }) => {
    if (name === 'Name') return object.metadata.name ?? ''
    if (name === 'Created At') return created ?? null
    if (name === 'Age') return created === undefined ? '<unknown>' : humanDuration(now - Date.parse(created))
    return ''
  })
}

export function table(resource: Resource, metadata: unknown, rows: readonly unknown[], withColumns = true): unknown {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: withColumns ? tableColumns(resource) : null,
    rows,
  }
}

export function partialMetadata(object: KubeObject): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata }
}
