import type { Deployment, DeploymentSpec, DeploymentStrategy } from '../../../../../shared/api/types/apps-v1.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { cloneJson } from '../../registry/json-value.ts'
import { checkImmutable, checkNotNegative } from '../checks.ts'
import { printInternal, printSelector } from '../internal-form.ts'
import { defaultPodSpec } from '../pod/defaults.ts'
import { dropDisabledFields } from '../pod/drop-disabled.ts'
import { podWarnings } from '../pod/warnings.ts'
import type { KindStrategy } from '../strategy.ts'
import { checkAtMost100Percent, checkIntOrPercent, intOrPercent } from './int-or-percent.ts'
import { checkReplicaTemplate, checkSelector } from './replica-set.ts'
import { checkAtMost, checkCollisions, checkCounts } from './status-counts.ts'
import { nameWarnings } from './template-rules.ts'

const UNLIMITED = 2 ** 31 - 1

export const deploymentStrategy: KindStrategy<Deployment> = {
  defaults({ spec }) {
    if (!spec) return
    spec.replicas ??= 1
    spec.strategy ??= {}
    spec.strategy.type ||= 'RollingUpdate'
    if (spec.strategy.type === 'RollingUpdate') {
      const given = spec.strategy.rollingUpdate
      spec.strategy.rollingUpdate = {
        maxUnavailable: given?.maxUnavailable ?? '25%',
        maxSurge: given?.maxSurge ?? '25%',
      }
    }
    spec.revisionHistoryLimit ??= 10
    spec.progressDeadlineSeconds ??= 600
    if (spec.template?.spec) defaultPodSpec(spec.template.spec)
  },
  prepareCreate: ({ spec }) => dropDisabledFields(spec?.template?.spec),
  prepareUpdate({ spec }, old, _context, subresource) {
    if (subresource === '') dropDisabledFields(spec?.template?.spec, old.spec?.template?.spec)
  },
  validate: (deployment) => validateSpec(deployment.spec ?? EMPTY),
  validateUpdate(deployment, old, _context, subresource) {
    if (subresource === 'status') return validateStatus(deployment, old)
    const errors = validateSpec(deployment.spec ?? EMPTY, old.spec)
    const [value, before] = [deployment.spec?.selector, old.spec?.selector]
    checkImmutable(errors, 'spec.selector', { value, old: before, printed: () => printSelector(value) })
    return errors
  },
  warnings({ metadata, spec }, old) {
    const warnings = old ? [] : nameWarnings(metadata.name)
    if (old && spec && JSON.stringify(spec.template) === JSON.stringify(old.spec?.template)) return warnings
    const { metadata: meta, spec: podSpec } = spec?.template ?? {}
    return [...warnings, ...podWarnings('spec.template', podSpec, meta?.annotations)]
  },
}

const EMPTY = cloneJson({ selector: {}, template: {} }) as unknown as DeploymentSpec

/** ValidateDeploymentSpec. */
function validateSpec(spec: DeploymentSpec, old?: DeploymentSpec): FieldError[] {
  const errors: FieldError[] = []
  checkNotNegative(errors, 'spec.replicas', spec.replicas)
  const selected = checkSelector(errors, spec.selector)
  if (selected) checkReplicaTemplate(errors, spec.template ?? {}, { ...selected, old: old?.template })
  checkStrategy(errors, 'spec.strategy', spec.strategy ?? {})
  checkNotNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds)
  checkNotNegative(errors, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit)
  const deadline = spec.progressDeadlineSeconds ?? UNLIMITED
  checkNotNegative(errors, 'spec.progressDeadlineSeconds', deadline)
  if (deadline <= (spec.minReadySeconds ?? 0)) {
    errors.push(invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'))
  }
  return errors
}

/** ValidateDeploymentStrategy. */
function checkStrategy(errors: FieldError[], path: string, strategy: DeploymentStrategy): void {
  const { type, rollingUpdate } = strategy
  const own = `${path}.rollingUpdate`
  if (type === 'Recreate') {
    if (rollingUpdate) errors.push(forbidden(own, "may not be specified when strategy `type` is 'Recreate'"))
  } else if (type !== 'RollingUpdate') {
    const printed = printInternal('apps.v1.DeploymentStrategy', strategy)
    errors.push(notSupported(path, printed, ['Recreate', 'RollingUpdate']))
  } else if (!rollingUpdate) errors.push(required(own, 'this should be defaulted and never be nil'))
  else {
    const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate
    checkIntOrPercent(errors, `${own}.maxUnavailable`, maxUnavailable)
    checkIntOrPercent(errors, `${own}.maxSurge`, maxSurge)
    if (intOrPercent(maxUnavailable) === 0 && intOrPercent(maxSurge) === 0) {
      errors.push(invalid(`${own}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'))
    }
    checkAtMost100Percent(errors, `${own}.maxUnavailable`, maxUnavailable)
  }
}

const COUNTS = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
]

function validateStatus({ status = {} }: Deployment, old: Deployment): FieldError[] {
  const errors: FieldError[] = []
  checkCounts(errors, status, COUNTS)
  const members = ['updatedReplicas', 'readyReplicas', 'availableReplicas']
  checkAtMost(errors, status, { members, bound: 'replicas', named: 'status.replicas' })
  checkAtMost(errors, status, { members: ['availableReplicas'], bound: 'readyReplicas', named: 'readyReplicas' })
  checkCollisions(errors, status, old.status)
  return errors
}
