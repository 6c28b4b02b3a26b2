import { posix } from 'node:path'
import { labelValue, nameIsDNSSubdomain } from '../../../../../shared/api/names.ts'
import { canonicalText, parseQuantity, quantitySign, quantityValue } from '../../../../../shared/api/quantity.ts'
import type {
  NodeSelector,
  PersistentVolume,
  PersistentVolumeSpec,
  PersistentVolumeStatus,
  VolumeNodeAffinity,
} from '../../../../../shared/api/types/core-v1.ts'
import {
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  PrintedValue,
  required,
} from '../../machinery/field-error.ts'
import { cloneJson, semanticallyEqual } from '../../registry/json-value.ts'
import { checkImmutable, checkName } from '../checks.ts'
import { internalDiff, printInternal } from '../internal-form.ts'
import { checkNodeSelector } from '../pod/validate-node-selector.ts'
import { checkAccessModes, checkVolumeMode } from '../pod/validate-volume-modes.ts'
import type { KindStrategy } from '../strategy.ts'
import { checkVolumeSource, VOLUME_SOURCES } from './validate-volume-source.ts'
import { defaultVolumeSpec } from './volume-defaults.ts'
import { volumeWarnings } from './volume-warnings.ts'

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain']

export const persistentVolumeStrategy: KindStrategy<PersistentVolume> = {
  defaults({ spec, status }) {
    if (spec) defaultVolumeSpec(spec)
    if (status) status.phase ||= 'Pending'
  },
  prepareCreate(volume, context) {
    volume.status = { phase: 'Pending', lastPhaseTransitionTime: context.now }
  },
  prepareUpdate(volume, old, context, subresource) {
    if (subresource === 'status' && volume.status) stampPhase(volume.status, old.status, context.now)
  },
  validate: (volume) => volumeErrors(volume),
  validateUpdate(volume, old, _context, subresource) {
    if (subresource === 'status') return []
    // ValidatePersistentVolumeUpdate begins with ValidatePersistentVolume, which the strategy has run before.
    const errors = volumeErrors(volume, old)
    return [...errors, ...errors, ...changeErrors(volume.spec ?? {}, old.spec ?? {})]
  },
  warnings: volumeWarnings,
}

/** The time of the last phase stays with the phase, whatever is sent without one. */
function stampPhase(status: PersistentVolumeStatus, old: PersistentVolumeStatus | undefined, now: string): void {
  if (status.phase !== old?.phase) status.lastPhaseTransitionTime = now
  else if (status.lastPhaseTransitionTime === undefined && old?.lastPhaseTransitionTime !== undefined) {
    status.lastPhaseTransitionTime = old.lastPhaseTransitionTime
  }
}

/** ValidatePersistentVolumeSpec. */
function volumeErrors({ metadata, spec = {} }: PersistentVolume, old?: PersistentVolume): FieldError[] {
  const errors: FieldError[] = []
  checkAccessModes(errors, 'spec.accessModes', spec.accessModes)
  checkCapacity(errors, spec.capacity)
  const { persistentVolumeReclaimPolicy: policy, storageClassName, volumeMode, nodeAffinity } = spec
  if (policy && !RECLAIM_POLICIES.includes(policy)) {
    errors.push(notSupported('spec.persistentVolumeReclaimPolicy', policy, RECLAIM_POLICIES))
  }
  if (nodeAffinity) checkNodeAffinity(errors, nodeAffinity, old)
  checkVolumeSource(errors, spec, metadata.name ?? '')
  if (spec.hostPath && posix.resolve('/', spec.hostPath.path ?? '') === '/' && policy === 'Recycle') {
    const message = "may not be 'recycle' for a hostPath mount of '/'"
    if (spec.hostPath.path?.startsWith('/')) errors.push(forbidden('spec.persistentVolumeReclaimPolicy', message))
  }
  if (storageClassName) checkName(errors, 'spec.storageClassName', storageClassName, nameIsDNSSubdomain)
  checkVolumeMode(errors, 'spec.volumeMode', volumeMode)
  checkAttributesClass(errors, spec)
  return errors
}

function checkCapacity(errors: FieldError[], capacity: PersistentVolumeSpec['capacity']): void {
  const entries = Object.entries(capacity ?? {})
  if (entries.length === 0) errors.push(required('spec.capacity'))
  if (capacity?.storage === undefined || entries.length > 1) {
    const sorted = capacity && Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
    errors.push(notSupported('spec.capacity', sorted ?? null, ['storage']))
  }
  for (const [name, text] of entries) {
    const amount = parseQuantity(text)
    const path = `spec.capacity[${name}]`
    if (quantitySign(amount) < 0) {
      // The number itself, as Go prints it: without quotes.
      errors.push(invalid(path, new PrintedValue(`${quantityValue(amount)}`), 'must be a valid resource quantity'))
    }
    if (quantitySign(amount) <= 0) errors.push(invalid(path, canonicalText(amount), 'must be greater than zero'))
  }
}

/** validateVolumeNodeAffinity. What the stored volume already has wrong is no reason to refuse its next version. */
function checkNodeAffinity(
  errors: FieldError[],
  { required: selector }: NonNullable<PersistentVolumeSpec['nodeAffinity']>,
  old: PersistentVolume | undefined,
): void {
  const path = 'spec.nodeAffinity.required'
  if (!selector) errors.push(required(path, 'must specify required node constraints'))
  else {
    const allowInvalidValues = hasInvalidValue(old?.spec?.nodeAffinity?.required)
    checkNodeSelector(errors, path, selector, { allowInvalidValues })
  }
}

function hasInvalidValue(selector: NodeSelector | undefined): boolean {
  const expressions = selector?.nodeSelectorTerms?.flatMap(({ matchExpressions = [] }) => matchExpressions) ?? []
  return expressions.some(({ values = [] }) => values.some((value) => labelValue(value).length > 0))
}

function checkAttributesClass(
  errors: FieldError[],
  { volumeAttributesClassName: name, csi }: PersistentVolumeSpec,
): void {
  if (name === undefined) return
  const path = 'spec.volumeAttributesClassName'
  if (name === '') errors.push(required(path, 'an empty string is disallowed'))
  else checkName(errors, path, name, nameIsDNSSubdomain)
  if (!csi) errors.push(required('spec.csi', 'has to be specified when using volumeAttributesClassName'))
}

/** ValidatePersistentVolumeUpdate: where the data are stays, as do their mode and the nodes that reach them. */
function changeErrors(spec: PersistentVolumeSpec, before: PersistentVolumeSpec): FieldError[] {
  const errors: FieldError[] = []
  const [old, now] = [sourceOf(before), sourceOf(spec)]
  // The secret for growing may still be named once.
  if (old.csi && !old.csi.controllerExpandSecretRef && now.csi) {
    const { controllerExpandSecretRef: _named, ...csi } = now.csi
    now.csi = csi
  }
  if (!semanticallyEqual(now, old)) {
    const diff = internalDiff('core.v1.PersistentVolumeSpec', old, now, VOLUME_SOURCES)
    const message = 'spec.persistentvolumesource is immutable after creation'
    errors.push(forbidden('spec.persistentvolumesource', `${message}\n${diff}`))
  }
  checkImmutable(errors, 'volumeMode', { value: spec.volumeMode, old: before.volumeMode })
  if (before.nodeAffinity && !semanticallyEqual(spec.nodeAffinity, withNewerKeys(before.nodeAffinity, spec))) {
    const value = spec.nodeAffinity ? printInternal('core.v1.VolumeNodeAffinity', spec.nodeAffinity) : null
    errors.push(invalid('nodeAffinity', value, 'field is immutable, except for updating from beta label to GA'))
  }
  if (before.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined) {
    errors.push(forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'))
  }
  return errors
}

/** What labels of beta times are called now. A key may change to this; one that has no newer name, to nothing. */
const NEWER_KEYS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
}

/** validatePvNodeAffinity: the affinity with each key that the new spec may rename already renamed. */
function withNewerKeys(before: VolumeNodeAffinity, { nodeAffinity }: PersistentVolumeSpec): VolumeNodeAffinity {
  const affinity = cloneJson(before)
  affinity.required?.nodeSelectorTerms?.forEach((term, at) => {
    term.matchExpressions?.forEach((expression, position) => {
      const now = nodeAffinity?.required?.nodeSelectorTerms?.[at]?.matchExpressions?.[position]
      const newer = NEWER_KEYS[expression.key ?? ''] ?? ''
      if (now && (now.key ?? '') === newer) expression.key = newer
    })
  })
  return affinity
}

/** The members that say where the data are: PersistentVolumeSource, embedded in the spec. */
function sourceOf(spec: PersistentVolumeSpec): Pick<PersistentVolumeSpec, (typeof VOLUME_SOURCES)[number]> {
  return Object.fromEntries(VOLUME_SOURCES.flatMap((name) => (spec[name] ? [[name, spec[name]]] : [])))
}
