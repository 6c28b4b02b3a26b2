import type { PodTemplateSpec, ReplicationController } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, invalid, required } from '../../machinery/field-error.ts'
import { checkNotNegative } from '../checks.ts'
import { printLabels } from '../internal-form.ts'
import { defaultPodSpec } from '../pod/defaults.ts'
import { dropDisabledFields } from '../pod/drop-disabled.ts'
import { checkPodTemplate } from '../pod/validate-pod-template.ts'
import { podWarnings } from '../pod/warnings.ts'
import type { KindStrategy } from '../strategy.ts'
import { checkAtMost, checkCounts } from './status-counts.ts'
import { checkLongRunning, nameWarnings } from './template-rules.ts'

export const replicationControllerStrategy: KindStrategy<ReplicationController> = {
  defaults({ metadata, spec }) {
    if (!spec) return
    const labels = spec.template?.metadata?.labels
    if (labels) {
      if (!spec.selector || Object.keys(spec.selector).length === 0) spec.selector = { ...labels }
      if (!metadata.labels || Object.keys(metadata.labels).length === 0) metadata.labels = { ...labels }
    }
    spec.replicas ??= 1
    if (spec.template?.spec) defaultPodSpec(spec.template.spec)
  },
  prepareCreate: ({ spec }) => dropDisabledFields(spec?.template?.spec),
  prepareUpdate({ spec }, old, _context, subresource) {
    if (subresource === '') dropDisabledFields(spec?.template?.spec, old.spec?.template?.spec)
  },
  validate: (controller) => validateSpec(controller),
  validateUpdate(controller, old, _context, subresource) {
    return subresource === 'status' ? validateStatus(controller.status ?? {}) : validateSpec(controller, old)
  },
  warnings({ metadata, spec }, old) {
    const warnings = old ? [] : nameWarnings(metadata.name)
    if (old && spec && JSON.stringify(spec.template) === JSON.stringify(old.spec?.template)) return warnings
    const { metadata: meta, spec: podSpec } = spec?.template ?? {}
    return [...warnings, ...podWarnings('spec.template', podSpec, meta?.annotations)]
  },
  selectableFields: ({ status }) => ({ 'status.replicas': String(status?.replicas ?? 0) }),
  defaultPropagation: 'Orphan',
}

/** ValidateReplicationControllerSpec. */
function validateSpec({ spec = {} }: ReplicationController, old?: ReplicationController): FieldError[] {
  const errors: FieldError[] = []
  const { selector = {}, template } = spec
  checkNotNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds)
  if (Object.keys(selector).length === 0) errors.push(required('spec.selector'))
  checkNotNegative(errors, 'spec.replicas', spec.replicas)
  if (!template) errors.push(required('spec.template'))
  else {
    checkLabels(errors, selector, template)
    checkPodTemplate(errors, 'spec.template', template, old?.spec?.template)
    checkLongRunning(errors, 'spec.template', template, 'ReplicationController')
  }
  return errors
}

function checkLabels(errors: FieldError[], selector: Record<string, string>, template: PodTemplateSpec): void {
  const labels = template.metadata?.labels
  if (Object.entries(selector).every(([name, value]) => labels?.[name] === value)) return
  errors.push(
    invalid('spec.template.metadata.labels', printLabels(labels), '`selector` does not match template `labels`'),
  )
}

const COUNTS = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration']

function validateStatus(status: object): FieldError[] {
  const errors: FieldError[] = []
  checkCounts(errors, status, COUNTS)
  const members = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']
  checkAtMost(errors, status, { members, bound: 'replicas', named: 'status.replicas' })
  checkAtMost(errors, status, { members: ['availableReplicas'], bound: 'readyReplicas', named: 'readyReplicas' })
  return errors
}
