import { pathSegmentName, percent } from '../../../../../shared/api/names.ts'
import type { PodDisruptionBudget } from '../../../../../shared/api/types/policy-v1.ts'
import { type FieldError, invalid, notSupported } from '../../machinery/field-error.ts'
import { checkLabelSelector, checkNotNegative, NOT_NEGATIVE } from '../checks.ts'
import { printInternal } from '../internal-form.ts'
import type { KindStrategy } from '../strategy.ts'

const EVICTION_POLICIES = ['AlwaysAllow', 'IfHealthyBudget']

export const disruptionBudgetStrategy: KindStrategy<PodDisruptionBudget> = {
  unconditionalUpdate: false,
  validateName: pathSegmentName,
  validate,
  validateUpdate: (budget, _old, _context, subresource) =>
    subresource === 'status' ? statusErrors(budget) : validate(budget),
}

function validate({ spec = {} }: PodDisruptionBudget): FieldError[] {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec
  const errors: FieldError[] = []
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const printed = printInternal('policy.v1.PodDisruptionBudgetSpec', spec)
    errors.push(invalid('spec', printed, 'minAvailable and maxUnavailable cannot be both set'))
  }
  if (minAvailable !== undefined) errors.push(...amountOrPercentErrors('spec.minAvailable', minAvailable))
  if (maxUnavailable !== undefined) errors.push(...amountOrPercentErrors('spec.maxUnavailable', maxUnavailable))
  checkLabelSelector(errors, 'spec.selector', selector)
  if (policy !== undefined && !EVICTION_POLICIES.includes(policy)) {
    errors.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, EVICTION_POLICIES))
  }
  return errors
}

/** ValidatePositiveIntOrPercent and IsNotMoreThan100Percent. */
function amountOrPercentErrors(path: string, value: number | string): FieldError[] {
  if (typeof value === 'number') return value < 0 ? [invalid(path, value, NOT_NEGATIVE)] : []
  const errors = percent(value).map((why) => invalid(path, value, why))
  const isMore = errors.length === 0 && Number(value.slice(0, -1)) > 100
  return isMore ? [invalid(path, value, 'must not be greater than 100%')] : errors
}

function statusErrors({ status }: PodDisruptionBudget): FieldError[] {
  const errors: FieldError[] = []
  for (const field of ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const) {
    checkNotNegative(errors, `status.${field}`, status?.[field])
  }
  return errors
}
