import { type FieldError, forbidden } from '../../machinery/field-error.ts'
import { semanticallyEqual } from '../../registry/json-value.ts'

/** MaxSecretSize, of ConfigMaps too. */
export const MAX_DATA_BYTES = 1024 * 1024

const WHY = 'field is immutable when `immutable` is set'

interface MayBeImmutable {
  readonly immutable?: boolean | undefined
  readonly data?: unknown
  readonly binaryData?: unknown
}

/** ConfigMaps and Secrets that were made immutable stay so, with their data. */
export function immutableErrors(
  object: MayBeImmutable,
  old: MayBeImmutable,
  fields: readonly ('data' | 'binaryData')[],
): FieldError[] {
  if (!old.immutable) return []
  const errors = object.immutable ? [] : [forbidden('immutable', WHY)]
  const isSame = (field: 'data' | 'binaryData') => semanticallyEqual(object[field] ?? {}, old[field] ?? {})
  return [...errors, ...fields.filter((field) => !isSame(field)).map((field) => forbidden(field, WHY))]
}
