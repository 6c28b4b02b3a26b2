import { goQuote } from '../../../../shared/api/go-text.ts'
import {
  labelValue,
  nameIsDNSLabel,
  nameIsDNSSubdomain,
  pathSegmentName,
  qualifiedName,
} from '../../../../shared/api/names.ts'
import type { KubeObject } from '../../../../shared/api/object.ts'
import type { ObjectMeta, OwnerReference } from '../../../../shared/api/types/meta-v1.ts'
import { type FieldError, forbidden, invalid, required, tooLong } from '../machinery/field-error.ts'
import { equalJson } from './json-value.ts'
import { metaRulesOf } from './meta-rules.ts'
import type { Resource } from './resource.ts'

/**
 * ValidateObjectMeta and ValidateObjectMetaUpdate. The generic registry checks metadata on update, and most kinds'
 * own validation does so again: each run adds its own causes, and clients see them as often (see meta-rules.ts).
 */

const MAX_ANNOTATIONS_BYTES = 256 * 1024
const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])

type NameRule = (name: string, prefix: boolean) => string[]

/** ValidateObjectMeta for a new object, as its kind does it. */
export function validateNewMeta(resource: Resource, object: KubeObject): FieldError[] {
  const { metadata } = object
  const errors = validateMeta(resource, metadata, ownNameRule(resource))
  return metaRulesOf(resource, '').knowsFinalizers ? [...errors, ...kubeFinalizers(metadata)] : errors
}

function ownNameRule({ strategy }: Resource): NameRule {
  return strategy.validateName ?? nameIsDNSSubdomain
}

/** What the generic registry and the kind find on update, one after the other. */
export function validateMetaUpdate(
  resource: Resource,
  object: KubeObject,
  old: KubeObject,
  subresource = '',
): FieldError[] {
  const { metadata } = object
  const generic = [...validateMeta(resource, metadata, pathSegmentName), ...metaChange(metadata, old.metadata)]
  const { updates, wholes, knowsFinalizers } = metaRulesOf(resource, subresource)
  const finalizers = knowsFinalizers ? kubeFinalizers(metadata) : []
  const whole = () => [...validateMeta(resource, metadata, ownNameRule(resource)), ...finalizers]
  const update = () => [...metaChange(metadata, old.metadata), ...finalizers]
  return [...generic, ...repeated(wholes, whole), ...repeated(updates, update)]
}

function repeated(times: number, check: () => FieldError[]): FieldError[] {
  return Array.from({ length: times }, check).flat()
}

function validateMeta(resource: Resource, metadata: ObjectMeta, nameRule: NameRule): FieldError[] {
  const { name, generateName, namespace, generation } = metadata
  const errors: FieldError[] = []
  if (generateName) {
    errors.push(...nameRule(generateName, true).map((why) => invalid('metadata.generateName', generateName, why)))
  }
  if (!name) errors.push(required('metadata.name', 'name or generateName is required'))
  else errors.push(...nameRule(name, false).map((why) => invalid('metadata.name', name, why)))
  errors.push(...namespaceErrors(resource, namespace ?? ''))
  if ((generation ?? 0) < 0) {
    errors.push(invalid('metadata.generation', generation, 'must be greater than or equal to 0'))
  }
  return [
    ...errors,
    ...labelErrors('metadata.labels', metadata.labels),
    ...annotationErrors('metadata.annotations', metadata.annotations),
    ...ownerErrors('metadata.ownerReferences', metadata.ownerReferences ?? []),
    ...finalizerErrors('metadata.finalizers', metadata.finalizers ?? []),
  ]
}

function namespaceErrors({ namespaced }: Resource, namespace: string): FieldError[] {
  const path = 'metadata.namespace'
  if (!namespaced) return namespace === '' ? [] : [forbidden(path, 'not allowed on this type')]
  if (namespace === '') return [required(path)]
  return nameIsDNSLabel(namespace, false).map((why) => invalid(path, namespace, why))
}

export function labelErrors(path: string, labels: Readonly<Record<string, string>> | undefined): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([name, value]) => [
    ...qualifiedName(name).map((why) => invalid(path, name, why)),
    ...labelValue(value).map((why) => invalid(path, value, why)),
  ])
}

/** ValidateAnnotations: names in any case, and a limit on all of it. */
export function annotationErrors(
  path: string,
  annotations: Readonly<Record<string, string>> | undefined,
): FieldError[] {
  const entries = Object.entries(annotations ?? {})
  const errors = entries.flatMap(([name]) => qualifiedName(name.toLowerCase()).map((why) => invalid(path, name, why)))
  const bytes = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0)
  return bytes > MAX_ANNOTATIONS_BYTES ? [...errors, tooLong(path, MAX_ANNOTATIONS_BYTES)] : errors
}

function ownerErrors(path: string, owners: readonly OwnerReference[]): FieldError[] {
  const errors = owners.flatMap((owner) => ownerError(path, owner))
  const controllers = owners.filter(({ controller }) => controller).map(({ kind, name }) => `${kind}/${name}`)
  for (const other of controllers.slice(1)) {
    const found = `Found "true" in references for ${controllers[0]} and ${other}`
    errors.push(invalid(path, owners.map(inGoOrder), `Only one reference can have Controller set to true. ${found}`))
  }
  return errors
}

function ownerError(path: string, owner: OwnerReference): FieldError[] {
  const { apiVersion, kind, name, uid } = owner
  const version = apiVersion.split('/').length > 2 ? '' : apiVersion.slice(apiVersion.indexOf('/') + 1)
  const errors: FieldError[] = []
  if (version === '') errors.push(invalid(`${path}.apiVersion`, apiVersion, 'version must not be empty'))
  if (kind === '') errors.push(invalid(`${path}.kind`, kind, 'must not be empty'))
  if (name === '') errors.push(invalid(`${path}.name`, name, 'must not be empty'))
  if (uid === '') errors.push(invalid(`${path}.uid`, uid, 'must not be empty'))
  if (apiVersion === 'v1' && kind === 'Event') {
    errors.push(invalid(path, inGoOrder(owner), '/v1, Kind=Event is disallowed from being an owner'))
  }
  return errors
}

function inGoOrder({ apiVersion, kind, name, uid, controller, blockOwnerDeletion }: OwnerReference): OwnerReference {
  return {
    apiVersion,
    kind,
    name,
    uid,
    ...(controller === undefined ? {} : { controller }),
    ...(blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion }),
  }
}

function finalizerErrors(path: string, finalizers: readonly string[]): FieldError[] {
  const errors = finalizers.flatMap((name) => qualifiedName(name).map((why) => invalid(path, name, why)))
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'))
  }
  return errors
}

/** Core kinds know the finalizers without a domain. */
function kubeFinalizers({ finalizers = [] }: ObjectMeta): FieldError[] {
  return finalizers.flatMap((name, at) => kubeFinalizerError(`metadata.finalizers[${at}]`, name))
}

export function kubeFinalizerError(path: string, name: string): FieldError[] {
  if (name.includes('/') || STANDARD_FINALIZERS.has(name)) return []
  return [invalid(path, name, 'name is neither a standard finalizer name nor is it fully qualified')]
}

const IMMUTABLE = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const

/** ValidateObjectMetaAccessorUpdate. */
function metaChange(metadata: ObjectMeta, old: ObjectMeta): FieldError[] {
  const errors: FieldError[] = []
  if (old.deletionTimestamp !== undefined) errors.push(...newFinalizers(metadata, old))
  const { generation = 0 } = metadata
  if (generation < (old.generation ?? 0)) {
    errors.push(invalid('metadata.generation', generation, 'must not be decremented'))
  }
  for (const name of IMMUTABLE) {
    if (equalJson(metadata[name], old[name])) continue
    errors.push(invalid(`metadata.${name}`, metadata[name], 'field is immutable'))
  }
  return [
    ...errors,
    ...labelErrors('metadata.labels', metadata.labels),
    ...annotationErrors('metadata.annotations', metadata.annotations),
    ...ownerErrors('metadata.ownerReferences', metadata.ownerReferences ?? []),
  ]
}

function newFinalizers({ finalizers = [] }: ObjectMeta, old: ObjectMeta): FieldError[] {
  const extra = [...new Set(finalizers.filter((name) => !old.finalizers?.includes(name)))].sort()
  if (extra.length === 0) return []
  const printed = `[]string{${extra.map(goQuote).join(', ')}}`
  const why = 'no new finalizers can be added if the object is being deleted, found new finalizers'
  return [forbidden('metadata.finalizers', `${why} ${printed}`)]
}
