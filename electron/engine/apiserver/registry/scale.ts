import type { KubeObject } from '../../../../shared/api/object.ts'
import { ApiError } from '../../../../shared/api/status.ts'
import type { Scale } from '../../../../shared/api/types/autoscaling-v1.ts'
import type { LabelSelector } from '../../../../shared/api/types/meta-v1.ts'
import { compileJsonPath, memberPath } from '../custom/json-path.ts'
import { newBadRequest, newInvalid } from '../machinery/api-errors.ts'
import { ConversionError, convertObject } from '../machinery/convert.ts'
import { invalid } from '../machinery/field-error.ts'
import { applyJsonPatch } from '../machinery/json-patch.ts'
import { parseJson, plainJson } from '../machinery/json-text.ts'
import { applyMergePatch, PatchError } from '../machinery/merge-patch.ts'
import { objectType } from '../machinery/schema.ts'
import { parseYaml } from '../machinery/yaml-text.ts'
import { cloneJson } from './json-value.ts'
import type { ScalePaths } from './resource.ts'

interface Scalable extends KubeObject {
  spec?: { replicas?: number; selector?: LabelSelector | Record<string, string> }
  status?: { replicas?: number; selector?: string }
}

/** The Scale of a Deployment, ReplicaSet, StatefulSet or ReplicationController. */
export function scaleOf(original: KubeObject, paths?: ScalePaths): Scale & KubeObject {
  const { metadata, spec, status } = (paths ? scalable(original, paths) : original) as Scalable
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata
  const selector = typeof status?.selector === 'string' ? status.selector : selectorText(spec?.selector)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: JSON.parse(
      JSON.stringify({ name, namespace, uid, resourceVersion, creationTimestamp }),
    ) as KubeObject['metadata'],
    spec: spec?.replicas ? { replicas: spec.replicas } : {},
    status: { replicas: status?.replicas ?? 0, ...(selector === '' ? {} : { selector }) },
  }
}

/** A custom object that has no number of replicas has no Scale to show, though one can be set. */
export function checkScalable(object: KubeObject, { specReplicasPath }: ScalePaths): void {
  if (typeof compileJsonPath(specReplicasPath)(object)[0] === 'number') return
  const field = JSON.stringify(specReplicasPath)
  throw new ApiError('InternalError', `Internal error occurred: the spec replicas field ${field} does not exist`, {
    details: { causes: [{ message: `the spec replicas field ${field} does not exist` }] },
  })
}

/** metav1.FormatLabelSelector: equalities first, then expressions, by key. */
export function selectorText(selector: LabelSelector | Record<string, string> | undefined): string {
  if (selector === undefined) return ''
  const full = 'matchLabels' in selector || 'matchExpressions' in selector
  const { matchLabels, matchExpressions } = (full ? selector : { matchLabels: selector }) as LabelSelector
  const parts: [string, string][] = Object.entries(matchLabels ?? {}).map(([key, value]) => [key, `${key}=${value}`])
  for (const { key, operator, values } of matchExpressions ?? []) {
    const list = [...(values ?? [])].sort().join(',')
    const text: Record<string, string> = {
      In: `${key} in (${list})`,
      NotIn: `${key} notin (${list})`,
      Exists: key,
      DoesNotExist: `!${key}`,
    }
    parts.push([key, text[operator] ?? ''])
  }
  return parts
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, text]) => text)
    .join(',')
}

/** A custom object as if it kept its replicas where built-in kinds do. */
function scalable({ kind, apiVersion, metadata, ...rest }: KubeObject, paths: ScalePaths): Scalable {
  const read = (path: string) => compileJsonPath(path)(rest)[0]
  const number = (path: string) => {
    const value = read(path)
    return typeof value === 'number' ? { replicas: value } : {}
  }
  const selector = paths.labelSelectorPath ? read(paths.labelSelectorPath) : undefined
  const shown = { ...number(paths.statusReplicasPath), ...(typeof selector === 'string' ? { selector } : {}) }
  return { kind, apiVersion, metadata, spec: number(paths.specReplicasPath), status: shown }
}

function setMember(object: KubeObject, path: readonly string[], value: unknown): KubeObject {
  let at = object as unknown as Record<string, unknown>
  for (const name of path.slice(0, -1)) {
    at[name] ??= {}
    at = at[name] as Record<string, unknown>
  }
  at[path.at(-1) as string] = value
  return object
}

/** The object with the wanted number of replicas; a private copy as deep as the change. */
export function withReplicas(object: KubeObject, replicas: number, paths?: ScalePaths): KubeObject {
  const path = paths && memberPath(paths.specReplicasPath)
  if (path) return setMember(cloneJson(object), path, replicas)
  return { ...object, spec: { ...(object as Scalable).spec, replicas } } as KubeObject
}

/** A patch of a Scale; strategic and merge patches are the same there. */
export function patchScale(scale: Scale & KubeObject, type: string, body: Uint8Array): Scale & KubeObject {
  const patch = type === 'application/apply-patch+yaml' ? parseYaml(text(body)).value : parseJson(text(body)).value
  const apply = type === 'application/json-patch+json' ? applyJsonPatch : applyMergePatch
  try {
    const base = { ...scale, spec: { replicas: 0, ...scale.spec } }
    const patched = plainJson(apply(base, patch))
    return typedScale(patched)
  } catch (error) {
    if (error instanceof PatchError) throw newBadRequest(error.message)
    throw error
  }
}

function typedScale(patched: unknown): Scale & KubeObject {
  try {
    const { value } = convertObject(objectType('io.k8s.api.autoscaling.v1.Scale'), patched)
    return value as unknown as Scale & KubeObject
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error
    throw newInvalid({ group: '', kind: '' }, '', [invalid('patch', JSON.stringify(patched), error.message)])
  }
}

/** autoscaling validation.ValidateScale. */
export function validateScale(name: string, { spec }: Scale): void {
  const replicas = spec?.replicas ?? 0
  if (replicas >= 0) return
  const error = invalid('spec.replicas', replicas, 'must be greater than or equal to 0')
  throw newInvalid({ group: 'autoscaling', kind: 'Scale' }, name, [error])
}

function text(body: Uint8Array): string {
  return Buffer.from(body).toString()
}
