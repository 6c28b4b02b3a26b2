import type { DaemonSet, DaemonSetUpdateStrategy } from '../../../../../shared/api/types/apps-v1.ts'
import { type FieldError, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { semanticallyEqual } from '../../registry/json-value.ts'
import { checkImmutable, checkLabelSelector, checkNotNegative } from '../checks.ts'
import { printInternal, printSelector } from '../internal-form.ts'
import { defaultPodSpec } from '../pod/defaults.ts'
import { dropDisabledFields } from '../pod/drop-disabled.ts'
import { toleratedOf } from '../pod/tolerated.ts'
import { checkPodTemplate } from '../pod/validate-pod-template.ts'
import { podWarnings } from '../pod/warnings.ts'
import type { KindStrategy } from '../strategy.ts'
import { checkAtMost100Percent, checkIntOrPercent, intOrPercent } from './int-or-percent.ts'
import { checkCollisions, checkCounts } from './status-counts.ts'
import { checkLongRunning, checkTemplateLabels, isEmptySelector, requirementsOf } from './template-rules.ts'

export const daemonSetStrategy: KindStrategy<DaemonSet> = {
  defaults({ spec }) {
    if (!spec) return
    spec.updateStrategy ??= {}
    spec.updateStrategy.type ||= 'RollingUpdate'
    if (spec.updateStrategy.type === 'RollingUpdate') {
      const given = spec.updateStrategy.rollingUpdate
      spec.updateStrategy.rollingUpdate = {
        maxUnavailable: given?.maxUnavailable ?? 1,
        maxSurge: given?.maxSurge ?? 0,
      }
    }
    spec.revisionHistoryLimit ??= 10
    if (spec.template?.spec) defaultPodSpec(spec.template.spec)
  },
  prepareCreate(daemonSet) {
    dropDisabledFields(daemonSet.spec?.template?.spec)
    setTemplateGeneration(daemonSet, Math.max(templateGeneration(daemonSet), 1))
  },
  prepareUpdate(daemonSet, old, _context, subresource) {
    const [template, before] = [daemonSet.spec?.template, old.spec?.template]
    if (subresource === '') dropDisabledFields(template?.spec, before?.spec)
    const known = templateGeneration(old)
    const isChanged = subresource === '' && !semanticallyEqual(template, before)
    if (known > 0) setTemplateGeneration(daemonSet, isChanged ? known + 1 : known)
  },
  validate: (daemonSet) => validateSpec(daemonSet),
  validateUpdate(daemonSet, old, _context, subresource) {
    if (subresource === 'status') return validateStatus(daemonSet, old)
    const errors = validateSpec(daemonSet, old)
    const [value, before] = [daemonSet.spec?.selector, old.spec?.selector]
    checkImmutable(errors, 'spec.selector', { value, old: before, printed: () => printSelector(value) })
    return errors
  },
  warnings({ spec }, old) {
    if (old && spec && JSON.stringify(spec.template) === JSON.stringify(old.spec?.template)) return []
    return podWarnings('spec.template', spec?.template?.spec, spec?.template?.metadata?.annotations)
  },
}

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

/** The templateGeneration of old versions: v1 keeps it in an annotation. */
function templateGeneration({ metadata }: DaemonSet): number {
  return Number(metadata.annotations?.[TEMPLATE_GENERATION]) || 0
}

function setTemplateGeneration({ metadata }: DaemonSet, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: `${generation}` }
}

/** ValidateDaemonSetSpec; a missing selector is refused by the facts of the type. */
function validateSpec({ spec }: DaemonSet, old?: DaemonSet): FieldError[] {
  const errors: FieldError[] = []
  const { selector, template = {} } = spec ?? {}
  const { labelValuesInSelectors: allowInvalidValues } = toleratedOf(old?.spec?.template.spec)
  checkLabelSelector(errors, 'spec.selector', selector, { allowInvalidValues })
  const requirements = requirementsOf(selector)
  if (requirements || !selector) checkTemplateLabels(errors, 'spec.template', template, requirements)
  if (selector && isEmptySelector(selector)) {
    errors.push(invalid('spec.selector', printSelector(selector), 'empty selector is invalid for daemonset'))
  }
  checkPodTemplate(errors, 'spec.template', template, old?.spec?.template)
  checkLongRunning(errors, 'spec.template', template, 'DaemonSet')
  checkNotNegative(errors, 'spec.minReadySeconds', spec?.minReadySeconds)
  checkStrategy(errors, 'spec.updateStrategy', spec?.updateStrategy ?? {})
  checkNotNegative(errors, 'spec.revisionHistoryLimit', spec?.revisionHistoryLimit)
  return errors
}

/** ValidateDaemonSetUpdateStrategy: either more pods than wanted for a while, or fewer. */
function checkStrategy(errors: FieldError[], path: string, strategy: DaemonSetUpdateStrategy): void {
  if (strategy.type === 'OnDelete') return
  const own = `${path}.rollingUpdate`
  if (strategy.type !== 'RollingUpdate') {
    const printed = printInternal('apps.v1.DaemonSetUpdateStrategy', strategy)
    errors.push(notSupported(path, printed, ['RollingUpdate', 'OnDelete']))
  } else if (!strategy.rollingUpdate) errors.push(required(own))
  else {
    const { maxUnavailable = 0, maxSurge = 0 } = strategy.rollingUpdate
    for (const check of [checkIntOrPercent, checkAtMost100Percent]) {
      check(errors, `${own}.maxUnavailable`, maxUnavailable)
      check(errors, `${own}.maxSurge`, maxSurge)
    }
    const [unavailable, surge] = [intOrPercent(maxUnavailable) !== 0, intOrPercent(maxSurge) !== 0]
    if (unavailable && surge) {
      errors.push(invalid(`${own}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'))
    }
    if (!unavailable && !surge) errors.push(required(`${own}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'))
  }
}

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
]

function validateStatus({ status }: DaemonSet, old: DaemonSet): FieldError[] {
  const errors: FieldError[] = []
  checkCounts(errors, status ?? {}, COUNTS)
  checkCollisions(errors, status, old.status)
  return errors
}
