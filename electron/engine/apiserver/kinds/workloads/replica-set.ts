import type { Requirement } from '../../../../../shared/api/label-selector-text.ts'
import type { ReplicaSet, ReplicaSetSpec } from '../../../../../shared/api/types/apps-v1.ts'
import type { PodTemplateSpec } from '../../../../../shared/api/types/core-v1.ts'
import type { LabelSelector } from '../../../../../shared/api/types/meta-v1.ts'
import { type FieldError, invalid, required } from '../../machinery/field-error.ts'
import { checkImmutable, checkLabelSelector, checkNotNegative } from '../checks.ts'
import { printSelector } from '../internal-form.ts'
import { defaultPodSpec } from '../pod/defaults.ts'
import { dropDisabledFields } from '../pod/drop-disabled.ts'
import { checkPodTemplate } from '../pod/validate-pod-template.ts'
import { podWarnings } from '../pod/warnings.ts'
import type { KindStrategy } from '../strategy.ts'
import { checkAtMost, checkCounts } from './status-counts.ts'
import {
  checkLongRunning,
  checkTemplateLabels,
  isEmptySelector,
  nameWarnings,
  requirementsOf,
} from './template-rules.ts'

export const replicaSetStrategy: KindStrategy<ReplicaSet> = {
  defaults({ spec }) {
    if (!spec) return
    spec.replicas ??= 1
    if (spec.template?.spec) defaultPodSpec(spec.template.spec)
  },
  prepareCreate: ({ spec }) => dropDisabledFields(spec?.template?.spec),
  prepareUpdate({ spec }, old, _context, subresource) {
    if (subresource === '') dropDisabledFields(spec?.template?.spec, old.spec?.template?.spec)
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate({ spec, status }, old, _context, subresource) {
    if (subresource === 'status') return validateStatus(status ?? { replicas: 0 })
    const errors = validateSpec(spec, old.spec)
    const [value, before] = [spec?.selector, old.spec?.selector]
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

/** ValidateReplicaSetSpec. */
function validateSpec(spec: ReplicaSetSpec | undefined, old?: ReplicaSetSpec): FieldError[] {
  const errors: FieldError[] = []
  checkNotNegative(errors, 'spec.replicas', spec?.replicas)
  checkNotNegative(errors, 'spec.minReadySeconds', spec?.minReadySeconds)
  const selected = checkSelector(errors, spec?.selector)
  if (selected) checkReplicaTemplate(errors, spec?.template ?? {}, { ...selected, old: old?.template })
  return errors
}

/** What a template's labels must fulfil: undefined where no labels do. */
export interface Selected {
  readonly requirements: readonly Requirement[] | undefined
}

/** The selector of ReplicaSets and Deployments; undefined where it cannot be understood. */
export function checkSelector(errors: FieldError[], selector: LabelSelector | undefined): Selected | undefined {
  if (!selector) {
    errors.push(required('spec.selector'))
    return { requirements: undefined }
  }
  checkLabelSelector(errors, 'spec.selector', selector)
  if (isEmptySelector(selector)) {
    errors.push(invalid('spec.selector', printSelector(selector), 'empty selector is invalid for deployment'))
  }
  const requirements = requirementsOf(selector)
  if (requirements !== undefined) return { requirements }
  errors.push(invalid('spec.selector', printSelector(selector), 'invalid label selector'))
  return undefined
}

/** ValidatePodTemplateSpecForReplicaSet. */
export function checkReplicaTemplate(
  errors: FieldError[],
  template: PodTemplateSpec,
  { requirements, old }: Selected & { old?: PodTemplateSpec | undefined },
): void {
  if (requirements?.length !== 0) checkTemplateLabels(errors, 'spec.template', template, requirements)
  checkPodTemplate(errors, 'spec.template', template, old)
  checkLongRunning(errors, 'spec.template', template, 'ReplicaSet')
}

const COUNTS = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'observedGeneration',
  'terminatingReplicas',
]

function validateStatus(status: object): FieldError[] {
  const errors: FieldError[] = []
  checkCounts(errors, status, COUNTS)
  const members = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']
  checkAtMost(errors, status, { members, bound: 'replicas', named: 'status.replicas' })
  checkAtMost(errors, status, { members: ['availableReplicas'], bound: 'readyReplicas', named: 'readyReplicas' })
  return errors
}
