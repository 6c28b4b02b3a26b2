import { matchesRequirements } from '../../../../../shared/api/label-selector-text.ts'
import { dns1123Label } from '../../../../../shared/api/names.ts'
import type { Job, JobSpec } from '../../../../../shared/api/types/batch-v1.ts'
import type { PodSpec } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, invalid, required } from '../../machinery/field-error.ts'
import { cloneJson, semanticallyEqual } from '../../registry/json-value.ts'
import { checkImmutable, checkLabelSelector, IMMUTABLE } from '../checks.ts'
import { printInternal, printLabels, printSelector } from '../internal-form.ts'
import { defaultPodSpec } from '../pod/defaults.ts'
import { dropDisabledFields } from '../pod/drop-disabled.ts'
import { podWarnings } from '../pod/warnings.ts'
import type { KindStrategy } from '../strategy.ts'
import { checkTemplateLabels, nameWarnings, requirementsOf } from './template-rules.ts'
import { checkJobSpec } from './validate-job-spec.ts'
import { validateJobStatus } from './validate-job-status.ts'

const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid'
const JOB_NAME = 'batch.kubernetes.io/job-name'
const UNLIMITED = 2 ** 31 - 1

/** SetDefaults_Job, also for the template of a CronJob. */
export function defaultJobSpec(spec: JobSpec, { isTemplate = false } = {}): void {
  const template = spec.template?.spec
  if (template) defaultPodSpec(template)
  if (isTemplate) return
  if (spec.completions === undefined && spec.parallelism === undefined) {
    spec.completions = 1
    spec.parallelism = 1
  }
  spec.parallelism ??= 1
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : UNLIMITED
  spec.completionMode ??= 'NonIndexed'
  spec.suspend ??= false
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed'
  spec.manualSelector ??= false
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True'
  }
}

export const jobStrategy: KindStrategy<Job> = {
  defaults(job) {
    const { spec } = job
    if (spec) defaultJobSpec(spec)
    shareLabels(job)
  },
  prepareCreate(job) {
    dropDisabledFields(job.spec?.template?.spec)
    const isShared = job.metadata.labels === job.spec?.template?.metadata?.labels
    if (job.spec && !job.spec.manualSelector) generateSelector(job)
    if (isShared) delete job.metadata.labels
    shareLabels(job)
  },
  prepareUpdate({ spec }, old, _context, subresource) {
    if (subresource === '') dropDisabledFields(spec?.template?.spec, old.spec?.template?.spec)
  },
  validate: (job) => validateJob(job),
  validateUpdate(job, old, _context, subresource) {
    if (subresource === 'status') return validateJobStatus(job, old)
    // Both of Kubernetes' functions validate the spec: each of its mistakes is told twice.
    const errors = validateJob(job, old)
    checkSpecUpdate(errors, job, old)
    return errors
  },
  warnings({ metadata, spec }, old) {
    const warnings = old ? [] : nameWarnings(metadata.name)
    const { completions = 0, parallelism = 0 } = spec ?? {}
    if (spec?.completionMode === 'Indexed' && completions > 100_000 && parallelism > 10_000) {
      const limits = 'when the number of completions exceeds 100000, parallelism should be less than or equal to 10000'
      warnings.push(`spec.parallelism: ${limits}`)
    }
    if (old) return warnings
    const { metadata: meta, spec: podSpec } = spec?.template ?? {}
    return [...warnings, ...podWarnings('spec.template', podSpec, meta?.annotations)]
  },
  selectableFields: ({ status }) => ({ 'status.successful': String(status?.succeeded ?? 0) }),
  // As it was before there was a garbage collector; kubectl asks for Background.
  defaultPropagation: 'Orphan',
  orphanWarning:
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
}

/** A Job without labels has those of its template, also the ones generated later: Go shares one map between the two. */
function shareLabels({ metadata, spec }: Job): void {
  const labels = spec?.template?.metadata?.labels
  if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = labels
}

/** generateSelector: a Job chooses its pods by its own uid. What the user set is left for validation to judge. */
function generateSelector({ metadata, spec }: Job): void {
  if (!spec) return
  const uid = metadata.uid as string
  const name = metadata.name ?? ''
  const own = { 'job-name': name, 'controller-uid': uid, [JOB_NAME]: name, [CONTROLLER_UID]: uid }
  spec.template ??= {}
  spec.template.metadata ??= {}
  spec.template.metadata.labels = { ...own, ...spec.template.metadata.labels }
  spec.selector ??= {}
  spec.selector.matchLabels = { [CONTROLLER_UID]: uid, ...spec.selector.matchLabels }
}

/** ValidateJob. */
function validateJob(job: Job, old?: Job): FieldError[] {
  const errors: FieldError[] = []
  const { metadata, spec = EMPTY } = job
  checkGeneratedSelector(errors, job, old)
  checkSpecAndSelector(errors, spec, old?.spec)
  if (spec.completionMode === 'Indexed' && (spec.completions ?? 0) > 0) {
    const hostname = `${metadata.name}-${(spec.completions ?? 0) - 1}`
    if (dns1123Label(hostname).length > 0) {
      const message = `will not able to create pod with invalid DNS label: ${hostname}`
      errors.push(invalid('metadata.name', metadata.name ?? '', message))
    }
  }
  return errors
}

const EMPTY = { template: {} } as JobSpec

/** validateGeneratedSelector: what generateSelector sets must not say something else. */
function checkGeneratedSelector(errors: FieldError[], { metadata, spec }: Job, old: Job | undefined): void {
  if (!spec?.selector || spec.manualSelector) return
  const uid = metadata.uid ?? ''
  if (uid === '') errors.push(required('metadata.uid'))
  // Jobs of old versions have only the names without a domain.
  const isPrefixed = old === undefined || old.spec?.template?.metadata?.labels?.[CONTROLLER_UID] !== undefined
  const expected: Record<string, string> = { 'controller-uid': uid, 'job-name': metadata.name ?? '' }
  if (isPrefixed) Object.assign(expected, { [CONTROLLER_UID]: uid, [JOB_NAME]: metadata.name ?? '' })
  const labels = spec.template?.metadata?.labels ?? {}
  for (const [name, value] of Object.entries(expected)) {
    const path = `spec.template.metadata.labels[${name}]`
    if (labels[name] === undefined) errors.push(required(path, `must be '${value}'`))
    else if (labels[name] !== value) errors.push(invalid(path, printLabels(labels), `must be '${value}'`))
  }
  const requirements = requirementsOf(spec.selector)
  if (requirements && !matchesRequirements(requirements, expected)) {
    errors.push(invalid('spec.selector', printSelector(spec.selector), '`selector` not auto-generated'))
  }
}

/** ValidateJobSpec. */
function checkSpecAndSelector(errors: FieldError[], spec: JobSpec, old: JobSpec | undefined): void {
  checkJobSpec(errors, 'spec', spec, old)
  const template = spec.template ?? {}
  if (!spec.selector) {
    errors.push(required('spec.selector'))
    const message = '`selector` does not match template `labels`'
    errors.push(invalid('spec.template.metadata.labels', printLabels(template.metadata?.labels), message))
    return
  }
  checkLabelSelector(errors, 'spec.selector', spec.selector)
  const requirements = requirementsOf(spec.selector)
  if (requirements) checkTemplateLabels(errors, 'spec.template', template, requirements)
}

/** ValidateJobSpecUpdate: what its pods depend on is decided when a Job is created. */
function checkSpecUpdate(errors: FieldError[], job: Job, old: Job): void {
  const spec = job.spec ?? EMPTY
  const oldSpec = old.spec ?? EMPTY
  checkSpecAndSelector(errors, spec, oldSpec)
  checkCompletions(errors, spec, oldSpec)
  const fixed = (member: keyof JobSpec, printed: () => unknown) => {
    checkImmutable(errors, `spec.${member}`, { value: spec[member], old: oldSpec[member], printed })
  }
  fixed('selector', () => printSelector(spec.selector))
  checkTemplateUpdate(errors, spec, old)
  fixed('completionMode', () => spec.completionMode ?? null)
  fixed('podFailurePolicy', () => printed('PodFailurePolicy', spec.podFailurePolicy))
  fixed('backoffLimitPerIndex', () => spec.backoffLimitPerIndex ?? null)
  fixed('managedBy', () => spec.managedBy ?? null)
  fixed('successPolicy', () => printed('SuccessPolicy', spec.successPolicy))
}

function printed(type: string, value: unknown): unknown {
  return value === undefined ? null : printInternal(`batch.v1.${type}`, value)
}

/** Indexed Jobs may grow and shrink, with as many pods at once as indexes. */
function checkCompletions(errors: FieldError[], spec: JobSpec, old: JobSpec): void {
  const path = 'spec.completions'
  const value = spec.completions
  if (spec.completionMode !== 'Indexed') {
    checkImmutable(errors, path, { value, old: old.completions, printed: () => value ?? null })
  } else if (value !== undefined && value !== old.completions && value !== spec.parallelism) {
    errors.push(invalid(path, value, 'can only be modified in tandem with spec.parallelism'))
  }
}

/** Where the pods of a Job go may change as long as it is suspended and has never run. */
function checkTemplateUpdate(errors: FieldError[], spec: JobSpec, old: Job): void {
  const template = spec.template ?? {}
  const before = old.spec?.template ?? {}
  const isWaiting = old.spec?.suspend === true && !old.status?.startTime
  if (isWaiting) {
    const { spec: podSpec } = template
    if (semanticallyEqual(podSpec, withPlacementOf(before.spec, podSpec))) return
    errors.push(invalid('spec.template.spec', printInternal('core.v1.PodSpec', podSpec), IMMUTABLE))
  } else if (!semanticallyEqual(template, before)) {
    errors.push(invalid('spec.template', printInternal('core.v1.PodTemplateSpec', template), IMMUTABLE))
  }
}

function withPlacementOf(before: PodSpec | undefined, spec: PodSpec | undefined): PodSpec | undefined {
  if (!before || !spec) return before
  const copy = cloneJson(before)
  const { nodeSelector, tolerations, schedulingGates, affinity } = spec
  Object.assign(copy, { nodeSelector, tolerations, schedulingGates })
  const others = { ...copy.affinity, nodeAffinity: affinity?.nodeAffinity }
  const isEmpty = !others.nodeAffinity && !others.podAffinity && !others.podAntiAffinity
  copy.affinity = isEmpty && !affinity ? undefined : others
  return copy
}
