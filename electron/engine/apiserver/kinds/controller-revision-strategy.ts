import type { ControllerRevision } from '../../../../shared/api/types/apps-v1.ts'
import { type FieldError, invalid, required } from '../machinery/field-error.ts'
import { semanticallyEqual } from '../registry/json-value.ts'
import { checkNotNegative } from './checks.ts'
import type { KindStrategy } from './strategy.ts'

export const controllerRevisionStrategy: KindStrategy<ControllerRevision> = {
  validate,
  validateUpdate(revision, old) {
    const errors = validate(revision)
    if (semanticallyEqual(revision.data, old.data)) return errors
    return [...errors, invalid('data', revision.data, 'field is immutable')]
  },
}

function validate({ data, revision }: ControllerRevision): FieldError[] {
  const errors: FieldError[] = []
  if (data === undefined || data === null) errors.push(required('data', 'data is mandatory'))
  checkNotNegative(errors, 'revision', revision)
  return errors
}
