import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HPAScalingRules,
} from '../../../../../shared/api/types/autoscaling-v2.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { checkNotNegative, checkQuantityNotNegative } from '../checks.ts'
import type { KindStrategy } from '../strategy.ts'
import { metricErrors } from './validate-metrics.ts'
import { type ReferenceVersion, referenceErrors } from './validate-reference.ts'

const MAX_PERIOD_SECONDS = 1800
const MAX_WINDOW_SECONDS = 3600
const POLICY_TYPES = ['Percent', 'Pods']
const SELECT_POLICIES = ['Disabled', 'Max', 'Min']

export const autoscalerStrategy: KindStrategy<HorizontalPodAutoscaler> = {
  defaults({ spec }) {
    if (!spec) return
    spec.minReplicas ??= 1
    if (!spec.metrics?.length) {
      const target = { type: 'Utilization', averageUtilization: 80 }
      spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }]
    }
    fillBehavior(spec)
  },
  validate: ({ spec }) => (spec ? specErrors(spec) : []),
  validateUpdate({ spec, status }, old, _context, subresource) {
    if (subresource !== 'status') return spec ? specErrors(spec, old.spec) : []
    const errors: FieldError[] = []
    checkNotNegative(errors, 'status.currentReplicas', status?.currentReplicas)
    checkNotNegative(errors, 'status.desiredReplicas', status?.desiredReplicas)
    return errors
  },
}

/** SetDefaults_HorizontalPodAutoscalerBehavior: a behavior that is given is completed. */
function fillBehavior({ behavior }: HorizontalPodAutoscalerSpec): void {
  if (!behavior) return
  const { scaleUp, scaleDown } = behavior
  behavior.scaleUp = {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    ...scaleUp,
    policies: scaleUp?.policies ?? [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  }
  behavior.scaleDown = {
    selectPolicy: 'Max',
    ...scaleDown,
    policies: scaleDown?.policies ?? [{ type: 'Percent', value: 100, periodSeconds: 15 }],
  }
}

/** A target that stays is not asked again for its version; a ReplicationController's group has no name. */
function targetVersion(
  { scaleTargetRef: target }: HorizontalPodAutoscalerSpec,
  old: HorizontalPodAutoscalerSpec | undefined,
): ReferenceVersion {
  const before = old?.scaleTargetRef
  if (before && (before.apiVersion ?? '') === (target.apiVersion ?? '') && before.kind === target.kind) return 'any'
  return target.kind === 'ReplicationController' ? 'ungrouped' : 'grouped'
}

function specErrors(spec: HorizontalPodAutoscalerSpec, old?: HorizontalPodAutoscalerSpec): FieldError[] {
  const { minReplicas, maxReplicas, scaleTargetRef, metrics = [], behavior } = spec
  const errors: FieldError[] = []
  if (minReplicas !== undefined && minReplicas < 1) {
    errors.push(invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'))
  }
  if (maxReplicas === 0) errors.push(required('spec.maxReplicas', 'must be set and greater than 0'))
  else if (maxReplicas < 1) errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to 1'))
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'))
  }
  errors.push(...referenceErrors('spec.scaleTargetRef', scaleTargetRef, targetVersion(spec, old)))
  errors.push(...metrics.flatMap((metric, at) => metricErrors(`spec.metrics[${at}]`, metric)))
  if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) {
    const why = 'must specify at least one Object or External metric to support scaling to zero replicas'
    errors.push(forbidden('spec.metrics', why))
  }
  if (behavior?.scaleUp) errors.push(...rulesErrors('spec.behavior.scaleUp', behavior.scaleUp))
  if (behavior?.scaleDown) errors.push(...rulesErrors('spec.behavior.scaleDown', behavior.scaleDown))
  return errors
}

function rulesErrors(path: string, rules: HPAScalingRules): FieldError[] {
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules
  const errors: FieldError[] = []
  const own = `${path}.stabilizationWindowSeconds`
  if (window !== undefined && window < 0) {
    errors.push(invalid(own, window, 'must be greater than or equal to zero'))
  }
  if (window !== undefined && window > MAX_WINDOW_SECONDS) {
    errors.push(invalid(own, window, `must be less than or equal to ${MAX_WINDOW_SECONDS}`))
  }
  if (selectPolicy !== undefined && !SELECT_POLICIES.includes(selectPolicy)) {
    errors.push(notSupported(`${path}.selectPolicy`, selectPolicy, SELECT_POLICIES))
  }
  if (policies.length === 0) errors.push(required(`${path}.policies`, 'must specify at least one Policy'))
  policies.forEach(({ type, value, periodSeconds }, at) => {
    const at0 = `${path}.policies[${at}]`
    if (!POLICY_TYPES.includes(type)) errors.push(notSupported(`${at0}.type`, type, POLICY_TYPES))
    if (value <= 0) errors.push(invalid(`${at0}.value`, value, 'must be greater than zero'))
    const period = `${at0}.periodSeconds`
    if (periodSeconds <= 0) errors.push(invalid(period, periodSeconds, 'must be greater than zero'))
    if (periodSeconds > MAX_PERIOD_SECONDS) {
      errors.push(invalid(period, periodSeconds, `must be less than or equal to ${MAX_PERIOD_SECONDS}`))
    }
  })
  if (tolerance !== undefined) checkQuantityNotNegative(errors, `${path}.tolerance`, tolerance)
  return errors
}
