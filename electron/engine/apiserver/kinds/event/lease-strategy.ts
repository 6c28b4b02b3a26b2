import type { Lease } from '../../../../../shared/api/types/coordination-v1.ts'
import { type FieldError, forbidden, invalid } from '../../machinery/field-error.ts'
import { checkNotNegative } from '../checks.ts'
import type { KindStrategy } from '../strategy.ts'

export const leaseStrategy: KindStrategy<Lease> = {
  createOnUpdate: true,
  unconditionalUpdate: false,
  // Coordinated leader election is not enabled.
  prepareCreate({ spec }) {
    delete spec?.strategy
    delete spec?.preferredHolder
  },
  prepareUpdate({ spec }, old) {
    if (old.spec?.strategy === undefined) delete spec?.strategy
    if (old.spec?.preferredHolder === undefined) delete spec?.preferredHolder
  },
  validate,
  validateUpdate: validate,
}

function validate({ spec = {} }: Lease): FieldError[] {
  const errors: FieldError[] = []
  const { leaseDurationSeconds, leaseTransitions, preferredHolder, strategy } = spec
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    errors.push(invalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'))
  }
  checkNotNegative(errors, 'spec.leaseTransitions', leaseTransitions)
  if (preferredHolder && !strategy) {
    errors.push(forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined'))
  }
  return errors
}
