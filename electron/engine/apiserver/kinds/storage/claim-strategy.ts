import { compareQuantities, parseQuantity } from '../../../../../shared/api/quantity.ts'
import { BETA_STORAGE_CLASS } from '../../../../../shared/api/storage.ts'
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, forbidden, invalid, notSupported } from '../../machinery/field-error.ts'
import { cloneJson, semanticallyEqual } from '../../registry/json-value.ts'
import { checkQuantityNotNegative, warnOfFraction } from '../checks.ts'
import { internalDiff } from '../internal-form.ts'
import { checkClaimSpec } from '../pod/validate-claim-spec.ts'
import type { KindStrategy } from '../strategy.ts'
import { betaClassWarnings } from './volume-warnings.ts'

const RESIZE_STATUSES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
]

export const claimStrategy: KindStrategy<PersistentVolumeClaim> = {
  defaults(claim) {
    if (claim.spec) claim.spec.volumeMode ??= 'Filesystem'
    if (claim.status) claim.status.phase ||= 'Pending'
  },
  prepareCreate(claim) {
    claim.status = { phase: 'Pending' }
    if (claim.spec) unifyDataSources(claim.spec)
  },
  prepareUpdate(claim, old, _context, subresource) {
    if (subresource !== '' || !claim.spec) return
    claim.status = cloneJson(old.status ?? {})
    unifyDataSources(claim.spec)
  },
  validate(claim) {
    const errors: FieldError[] = []
    checkClaimSpec(errors, 'spec', claim.spec ?? {})
    return errors
  },
  validateUpdate(claim, old, _context, subresource) {
    if (subresource === 'status') return statusErrors(claim)
    const errors: FieldError[] = []
    checkClaimSpec(errors, 'spec', claim.spec ?? {})
    return [...errors, ...changeErrors(claim, old)]
  },
  warnings({ metadata, spec }) {
    const warnings = betaClassWarnings(metadata.annotations)
    const storage = spec?.resources?.requests?.storage
    if (storage !== undefined) warnOfFraction(warnings, 'spec.resources.requests[storage]', storage)
    return warnings
  },
}

/** Sources that claims could always name; others go into dataSourceRef. */
function isClassicSource({ apiGroup, kind }: { apiGroup?: string | null | undefined; kind: string }): boolean {
  if (kind === 'PersistentVolumeClaim') return !apiGroup
  return kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io'
}

/** Other namespaces' sources are not enabled: they are dropped; dataSource and dataSourceRef say the same else. */
function unifyDataSources(spec: PersistentVolumeClaimSpec): void {
  if (spec.dataSourceRef?.namespace) delete spec.dataSourceRef
  if (spec.dataSource && !spec.dataSourceRef && !isClassicSource(spec.dataSource)) delete spec.dataSource
  const { dataSource, dataSourceRef } = spec
  if (dataSource && !dataSourceRef) spec.dataSourceRef = { ...dataSource }
  else if (dataSourceRef && !dataSource) {
    const { namespace: _none, ...source } = dataSourceRef
    spec.dataSource = source
  }
}

const IMMUTABLE_SPEC =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'

/** A claim's spec stays, but for growing when it is bound, and for what binding itself writes. */
function changeErrors(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = []
  const before = cloneJson(old.spec ?? {})
  const spec = cloneJson(claim.spec ?? {})
  const isBound = old.status?.phase === 'Bound'
  // Binding sets the volume's name once.
  if (!before.volumeName && spec.volumeName) before.volumeName = spec.volumeName
  if (before.storageClassName === undefined && isNewClass(claim, old)) {
    before.storageClassName = spec.storageClassName
  }
  if (isBound) {
    const requests = spec.resources?.requests
    const storage = before.resources?.requests?.storage
    if (requests && storage !== undefined && spec.resources) spec.resources.requests = { ...requests, storage }
    if (spec.volumeAttributesClassName !== undefined) {
      before.volumeAttributesClassName = spec.volumeAttributesClassName
    }
  }
  if (!semanticallyEqual(spec, before)) {
    const diff = internalDiff('core.v1.PersistentVolumeClaimSpec', before, spec)
    errors.push(forbidden('spec', `${IMMUTABLE_SPEC}\n${diff}`))
  }
  return [...errors, ...sizeErrors(claim, old), ...modeErrors(claim, old)]
}

/** A claim without a class may get one; a class that the annotation names, only that one. */
function isNewClass(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const annotation = old.metadata.annotations?.[BETA_STORAGE_CLASS] ?? ''
  const name = claim.spec?.storageClassName
  return name !== undefined && (annotation === '' || annotation === name)
}

function modeErrors(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const mode = claim.spec?.volumeMode
  return mode === old.spec?.volumeMode ? [] : [invalid('volumeMode', mode, 'field is immutable')]
}

function sizeErrors(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const [now, before] = [claim, old].map(({ spec }) => spec?.resources?.requests?.storage)
  if (now === undefined || before === undefined) return []
  const isLess = (left: string, right: string) => compareQuantities(parseQuantity(left), parseQuantity(right)) < 0
  const path = 'spec.resources.requests.storage'
  const capacity = old.status?.capacity?.storage
  if (!isLess(now, before)) return []
  if (capacity === undefined || isLess(now, capacity) || now === capacity) {
    return [forbidden(path, 'field can not be less than status.capacity')]
  }
  return []
}

function statusErrors({ status }: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = []
  const names = (path: string, list: Readonly<Record<string, string>> = {}) => {
    for (const name of Object.keys(list)) {
      if (name !== 'storage' && !name.includes('/')) errors.push(notSupported(path, name, ['storage']))
    }
  }
  for (const [name, text] of Object.entries(status?.capacity ?? {})) {
    checkQuantityNotNegative(errors, `status.capacity[${name}]`, text)
  }
  names('status.allocatedResources', status?.allocatedResources)
  for (const [name, text] of Object.entries(status?.allocatedResources ?? {})) {
    checkQuantityNotNegative(errors, `status.allocatedResources[${name}]`, text)
  }
  names('status.allocatedResourceStatuses', status?.allocatedResourceStatuses)
  for (const [name, text] of Object.entries(status?.allocatedResourceStatuses ?? {})) {
    if (RESIZE_STATUSES.includes(text)) continue
    errors.push(notSupported('status.allocatedResourceStatuses', name, RESIZE_STATUSES))
  }
  return errors
}
