import { dns1123Label, dns1123Subdomain, nameIsDNSSubdomain } from '../../../../../shared/api/names.ts'
import { canonicalText, parseQuantity, quantitySign } from '../../../../../shared/api/quantity.ts'
import type {
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
  TypedObjectReference,
} from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, invalid, PrintedValue, required } from '../../machinery/field-error.ts'
import { checkLabelSelector, checkName } from '../checks.ts'
import { checkTemplateMeta } from '../template-meta-rules.ts'
import { checkAccessModes, checkVolumeMode } from './validate-volume-modes.ts'

/** What an old claim has is tolerated in the new one. */
export interface ClaimTolerance {
  readonly labelValuesInSelector?: boolean
  readonly apiGroups?: boolean
}

/** ValidatePersistentVolumeClaimTemplate. */
export function checkClaimTemplate(errors: FieldError[], path: string, template: PersistentVolumeClaimTemplate): void {
  checkTemplateMeta(errors, `${path}.metadata`, template.metadata)
  checkClaimSpec(errors, `${path}.spec`, template.spec)
}

/** ValidatePersistentVolumeClaimSpec. */
export function checkClaimSpec(
  errors: FieldError[],
  path: string,
  spec: PersistentVolumeClaimSpec,
  tolerance: ClaimTolerance = {},
): void {
  checkAccessModes(errors, `${path}.accessModes`, spec.accessModes, 'at least 1 access mode is required')
  const selectorOptions = { allowInvalidValues: tolerance.labelValuesInSelector ?? false }
  checkLabelSelector(errors, `${path}.selector`, spec.selector, selectorOptions)
  checkStorage(errors, `${path}.resources[storage]`, spec.resources?.requests?.storage)
  if (spec.storageClassName) checkName(errors, `${path}.storageClassName`, spec.storageClassName, nameIsDNSSubdomain)
  checkVolumeMode(errors, `${path}.volumeMode`, spec.volumeMode)
  checkDataSources(errors, path, spec, tolerance)
  if (spec.volumeAttributesClassName) {
    checkName(errors, `${path}.volumeAttributesClassName`, spec.volumeAttributesClassName, nameIsDNSSubdomain)
  }
}

function checkStorage(errors: FieldError[], path: string, storage: string | undefined): void {
  if (storage === undefined) {
    errors.push(required(path))
    return
  }
  const quantity = parseQuantity(storage)
  if (quantitySign(quantity) <= 0) errors.push(invalid(path, canonicalText(quantity), 'must be greater than zero'))
}

function checkDataSources(
  errors: FieldError[],
  path: string,
  { dataSource, dataSourceRef }: PersistentVolumeClaimSpec,
  tolerance: ClaimTolerance,
): void {
  if (dataSource) checkDataSource(errors, `${path}.dataSource`, dataSource, tolerance)
  if (dataSourceRef) {
    checkDataSource(errors, `${path}.dataSourceRef`, dataSourceRef, tolerance)
    if (dataSourceRef.namespace) {
      checkName(errors, `${path}.dataSourceRef.namespace`, dataSourceRef.namespace, dns1123Label)
    }
  }
  if (!dataSource || !dataSourceRef) return
  // The value printed is the path itself, which Go writes as a struct without exported fields.
  const printed = new PrintedValue('{}')
  if (dataSourceRef.namespace) {
    errors.push(invalid(path, printed, 'may not be specified when dataSourceRef.namespace is specified'))
  } else {
    const isSame = (['apiGroup', 'kind', 'name'] as const).every(
      (member) => dataSource[member] === dataSourceRef[member],
    )
    if (!isSame) errors.push(invalid(path, printed, 'must match dataSourceRef'))
  }
}

function checkDataSource(
  errors: FieldError[],
  path: string,
  source: Pick<TypedObjectReference, 'name' | 'kind' | 'apiGroup'>,
  tolerance: ClaimTolerance,
): void {
  if (!source.name) errors.push(required(`${path}.name`))
  if (!source.kind) errors.push(required(`${path}.kind`))
  if (!source.apiGroup) {
    if (source.kind !== 'PersistentVolumeClaim') {
      const message = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
      errors.push(invalid(path, source.kind ?? '', message))
    }
  } else if (!tolerance.apiGroups) checkName(errors, `${path}.apiGroup`, source.apiGroup, dns1123Subdomain)
}
