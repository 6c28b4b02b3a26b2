import { formatLabelSelector, labelSelectorRequirements } from '../../shared/api/label-selector-text.ts'
import type { KubeObject } from '../../shared/api/object.ts'
import { parseTimestamp } from '../../shared/api/timestamp.ts'
import type { PodSpec } from '../../shared/api/types/core-v1.ts'
import type { LabelSelector } from '../../shared/api/types/meta-v1.ts'
import type { Messages } from '../messages/en.ts'
import type { Cell, Section } from './kind-view.ts'
import type { ObjectState } from './object-state.ts'

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
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
  Job: 'jobs',
  CronJob: 'cronjobs',
  Ingress: 'ingresses',
  NetworkPolicy: 'networkpolicies',
  EndpointSlice: 'endpointslices',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  PersistentVolume: 'persistentvolumes',
  StorageClass: 'storageclasses',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers',
  PodDisruptionBudget: 'poddisruptionbudgets',
}

const WITHOUT_NAMESPACE = new Set(['nodes', 'namespaces', 'persistentvolumes', 'storageclasses'])

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
  const key = WITHOUT_NAMESPACE.has(id) || !namespace ? name : `${namespace}/${name}`
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

/** A selector with its expressions, as kubectl prints it; "" selects everything. */
export function fullSelectorText(selector: LabelSelector | undefined): string {
  return formatLabelSelector(labelSelectorRequirements(selector ?? {}) ?? [])
}

export function imagesText(spec: PodSpec | undefined): string {
  return (spec?.containers ?? []).map(({ image }) => image ?? '').join(', ')
}

/** The section that every kind begins with. */
export function properties(
  object: KubeObject,
  text: Messages,
  { state, rows }: { readonly state?: ObjectState; readonly rows: readonly Row[] },
): Section {
  return {
    title: text.details.properties,
    rows: [
      ...(state === undefined ? [] : [{ label: text.columns.status, value: { type: 'state', state } } as const]),
      ...createdRow(object, text),
      ...ownerRows(object, text),
      ...rows,
    ],
  }
}
