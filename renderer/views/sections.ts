import type { KubeObject } from '../../shared/api/object.ts'
import { parseTimestamp } from '../../shared/api/timestamp.ts'
import type { Messages } from '../messages/en.ts'
import type { Cell, Section } from './kind-view.ts'

type Row = Section['rows'][number]

/** The kinds that the details can link to, by their Kubernetes kind. */
const LINKED: Readonly<Record<string, string>> = {
  Pod: 'pods',
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
  Service: 'services',
  Node: 'nodes',
  Namespace: 'namespaces',
  ConfigMap: 'configmaps',
  Secret: 'secrets',
}

export function createdRow(object: KubeObject, text: Messages): Row[] {
  const since = parseTimestamp(object.metadata.creationTimestamp)
  return since === undefined ? [] : [{ label: text.details.created, value: { type: 'age', since } }]
}

export function ownerRows(object: KubeObject, text: Messages): Row[] {
  return (object.metadata.ownerReferences ?? []).map(({ kind, name }) => ({
    label: text.details.controlledBy,
    value: linkTo(kind, name, object.metadata.namespace),
  }))
}

/** A link where the interface has a view of that kind, else its text. */
export function linkTo(kind: string, name: string, namespace: string | undefined): Cell {
  const id = LINKED[kind]
  const text = `${kind} ${name}`
  if (id === undefined) return text
  const key = id === 'nodes' || id === 'namespaces' || !namespace ? name : `${namespace}/${name}`
  return { type: 'link', text, kind: id, key }
}

/** Leaves out what is not set. */
export function textRows(rows: readonly (readonly [label: string, value: string | number | undefined])[]): Row[] {
  return rows.flatMap(([label, value]) =>
    value === undefined || value === '' ? [] : [{ label, value: String(value) }],
  )
}

export function selectorText(labels: Readonly<Record<string, string>> | undefined): string | undefined {
  const pairs = Object.entries(labels ?? {})
  return pairs.length === 0 ? undefined : pairs.map(([key, value]) => `${key}=${value}`).join(', ')
}
