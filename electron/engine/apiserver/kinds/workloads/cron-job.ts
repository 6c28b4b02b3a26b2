import type { CronJob, CronJobSpec } from '../../../../../shared/api/types/batch-v1.ts'
import { type FieldError, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { semanticallyEqual } from '../../registry/json-value.ts'
import { checkNotNegative } from '../checks.ts'
import { printSelector } from '../internal-form.ts'
import { dropDisabledFields } from '../pod/drop-disabled.ts'
import { podWarnings } from '../pod/warnings.ts'
import type { KindStrategy } from '../strategy.ts'
import { scheduleProblem } from './cron-schedule.ts'
import { defaultJobSpec } from './job.ts'
import { nameWarnings } from './template-rules.ts'
import { checkJobSpec } from './validate-job-spec.ts'

export const cronJobStrategy: KindStrategy<CronJob> = {
  defaults({ spec }) {
    if (!spec) return
    spec.concurrencyPolicy ||= 'Allow'
    spec.suspend ??= false
    spec.successfulJobsHistoryLimit ??= 3
    spec.failedJobsHistoryLimit ??= 1
    if (spec.jobTemplate?.spec) defaultJobSpec(spec.jobTemplate.spec, { isTemplate: true })
  },
  prepareCreate: ({ spec }) => dropDisabledFields(spec?.jobTemplate?.spec?.template?.spec),
  prepareUpdate({ spec }, old, _context, subresource) {
    if (subresource !== '') return
    dropDisabledFields(spec?.jobTemplate?.spec?.template?.spec, old.spec?.jobTemplate?.spec?.template?.spec)
  },
  validate(cronJob) {
    const errors = validateSpec(cronJob)
    const name = cronJob.metadata.name ?? ''
    if (Buffer.byteLength(name) > MAX_NAME) {
      errors.push(invalid('metadata.name', name, `must be no more than ${MAX_NAME} characters`))
    }
    return errors
  },
  validateUpdate(cronJob, old, _context, subresource) {
    return subresource === 'status' ? [] : validateSpec(cronJob, old)
  },
  warnings({ metadata, spec }, old) {
    const warnings = old ? [] : nameWarnings(metadata.name)
    if (spec?.schedule.includes('TZ')) {
      warnings.push('spec.schedule: cannot use TZ or CRON_TZ in schedule, use timeZone field instead')
    }
    if (old && semanticallyEqual(spec, old.spec)) return warnings
    const template = spec?.jobTemplate?.spec?.template
    const path = 'spec.jobTemplate.spec.template'
    return [...warnings, ...podWarnings(path, template?.spec, template?.metadata?.annotations)]
  },
}

/** Its Jobs' names are 11 characters longer, and may have 63. */
const MAX_NAME = 52
const POLICIES = ['Allow', 'Forbid', 'Replace']

/** validateCronJobSpec. */
function validateSpec({ spec }: CronJob, old?: CronJob): FieldError[] {
  const errors: FieldError[] = []
  const { schedule = '', timeZone, concurrencyPolicy } = spec ?? {}
  if (schedule === '') errors.push(required('spec.schedule'))
  else checkSchedule(errors, spec as CronJobSpec, old?.spec)
  checkNotNegative(errors, 'spec.startingDeadlineSeconds', spec?.startingDeadlineSeconds)
  if (timeZone !== undefined && timeZone !== old?.spec?.timeZone) checkTimeZone(errors, 'spec.timeZone', timeZone)
  if (!concurrencyPolicy) errors.push(required('spec.concurrencyPolicy'))
  else if (!POLICIES.includes(concurrencyPolicy)) {
    errors.push(notSupported('spec.concurrencyPolicy', concurrencyPolicy, POLICIES))
  }
  const jobSpec = spec?.jobTemplate?.spec ?? { template: {} }
  checkJobSpec(errors, 'spec.jobTemplate.spec', jobSpec, old?.spec?.jobTemplate?.spec)
  if (jobSpec.selector) {
    const printed = printSelector(jobSpec.selector)
    errors.push(invalid('spec.jobTemplate.spec.selector', printed, '`selector` will be auto-generated'))
  }
  if (jobSpec.manualSelector) {
    errors.push(notSupported('spec.jobTemplate.spec.manualSelector', true, ['nil', 'false']))
  }
  checkNotNegative(errors, 'spec.successfulJobsHistoryLimit', spec?.successfulJobsHistoryLimit)
  checkNotNegative(errors, 'spec.failedJobsHistoryLimit', spec?.failedJobsHistoryLimit)
  return errors
}

function checkSchedule(errors: FieldError[], { schedule, timeZone }: CronJobSpec, old: CronJobSpec | undefined): void {
  const refuse = (message: string) => {
    errors.push(invalid('spec.schedule', schedule, message))
  }
  const problem = scheduleProblem(schedule)
  if (problem !== undefined) refuse(problem)
  if (!schedule.includes('TZ')) return
  if (!old?.schedule.includes('TZ')) refuse('cannot use TZ or CRON_TZ in schedule, use timeZone field instead')
  else if (timeZone !== undefined) refuse('cannot use both timeZone field and TZ or CRON_TZ in schedule')
}

const PART = /^[A-Za-z._0-9+-]{1,14}$/

/** validateTimeZone: a name of the time zone database, in its own spelling. */
function checkTimeZone(errors: FieldError[], path: string, timeZone: string): void {
  const refuse = (message: string) => {
    errors.push(invalid(path, timeZone, message))
  }
  if (timeZone === '') {
    refuse('timeZone must be nil or non-empty string')
    return
  }
  const isPath = timeZone
    .split('/')
    .every((part) => part !== '.' && part !== '..' && !part.startsWith('-') && PART.test(part))
  if (!isPath) {
    refuse(`unknown time zone ${timeZone}`)
    return
  }
  if (timeZone.toLowerCase() === 'local') {
    refuse('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')
  }
  if (timeZone !== 'Local' && !isKnownZone(timeZone)) refuse(`unknown time zone ${timeZone}`)
}

let zonesByLowerCase: Map<string, string> | undefined

function isKnownZone(name: string): boolean {
  zonesByLowerCase ??= new Map(Intl.supportedValuesOf('timeZone').map((zone) => [zone.toLowerCase(), zone]))
  const known = zonesByLowerCase.get(name.toLowerCase())
  if (known !== undefined) return known === name
  // Other names of a zone are not listed, but understood; they all begin with a capital.
  if (!/^[A-Z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
