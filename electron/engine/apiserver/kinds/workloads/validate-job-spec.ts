import { dns1123Subdomain, qualifiedName } from '../../../../../shared/api/names.ts'
import type { JobSpec, PodFailurePolicyRule, SuccessPolicyRule } from '../../../../../shared/api/types/batch-v1.ts'
import {
  duplicate,
  type FieldError,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../../machinery/field-error.ts'
import { checkName, checkNotNegative } from '../checks.ts'
import { printInternal } from '../internal-form.ts'
import { checkPodTemplate } from '../pod/validate-pod-template.ts'
import { countIndexes } from './indexes.ts'

const COMPLETION_MODES = ['NonIndexed', 'Indexed']
const MAX_PARALLELISM = 100_000
const MAX_FAILED_INDEXES = 100_000
/** Above this, the two other limits hold for Jobs with a back-off limit per index. */
const MANY_COMPLETIONS = 100_000
const PARALLELISM_OF_MANY = 10_000
const FAILED_INDEXES_OF_MANY = 10_000

/** validateJobSpec: of a Job and of a CronJob's template. */
export function checkJobSpec(errors: FieldError[], path: string, spec: JobSpec, old?: JobSpec): void {
  for (const member of COUNTS) checkNotNegative(errors, `${path}.${member}`, spec[member])
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'))
  }
  if (spec.managedBy !== undefined) checkManager(errors, `${path}.managedBy`, spec.managedBy)
  checkCompletionMode(errors, path, spec)
  checkFailurePolicy(errors, `${path}.podFailurePolicy`, spec)
  checkSuccessPolicy(errors, `${path}.successPolicy`, spec)
  checkReplacementPolicy(errors, `${path}.podReplacementPolicy`, spec)
  checkPodTemplate(errors, `${path}.template`, spec.template ?? {}, old?.template)
  checkRestartPolicy(errors, `${path}.template.spec.restartPolicy`, spec)
}

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const

const MAX_MANAGER = 63
const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"
const HTTP_PATH_RULE = new RegExp(`^${HTTP_PATH}$`)

/** IsDomainPrefixedPath, with a limit. */
function checkManager(errors: FieldError[], path: string, manager: string): void {
  const slash = manager.indexOf('/')
  if (manager === '') errors.push(required(path))
  else if (slash <= 0 || slash === manager.length - 1) {
    errors.push(invalid(path, manager, 'must be a domain-prefixed path (such as "acme.io/foo")'))
  } else {
    checkName(errors, path, manager.slice(0, slash), dns1123Subdomain)
    const rest = manager.slice(slash + 1)
    if (!HTTP_PATH_RULE.test(rest)) {
      errors.push(invalid(path, rest, `Invalid path (regex used for validation is '${HTTP_PATH}')`))
    }
  }
  if (Buffer.byteLength(manager) > MAX_MANAGER) errors.push(tooLong(path, MAX_MANAGER))
}

function checkCompletionMode(errors: FieldError[], path: string, spec: JobSpec): void {
  const { completionMode = 'NonIndexed', maxFailedIndexes } = spec
  if (!COMPLETION_MODES.includes(completionMode)) {
    errors.push(notSupported(`${path}.completionMode`, completionMode, COMPLETION_MODES))
  }
  if (completionMode === 'Indexed') checkIndexed(errors, path, spec)
  else if (completionMode === 'NonIndexed') {
    const message = 'requires indexed completion mode'
    const limit = spec.backoffLimitPerIndex
    if (limit !== undefined) errors.push(invalid(`${path}.backoffLimitPerIndex`, limit, message))
    if (maxFailedIndexes !== undefined) errors.push(invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, message))
  }
}

function checkIndexed(errors: FieldError[], path: string, spec: JobSpec): void {
  const { completions, parallelism = 0, maxFailedIndexes } = spec
  if (completions === undefined) errors.push(required(`${path}.completions`, 'when completion mode is Indexed'))
  if (parallelism > MAX_PARALLELISM) {
    const message = `must be less than or equal to ${MAX_PARALLELISM} when completion mode is Indexed`
    errors.push(invalid(`${path}.parallelism`, parallelism, message))
  }
  const own = `${path}.maxFailedIndexes`
  if (maxFailedIndexes !== undefined) {
    if (completions !== undefined && maxFailedIndexes > completions) {
      errors.push(invalid(own, maxFailedIndexes, 'must be less than or equal to completions'))
    }
    if (maxFailedIndexes > MAX_FAILED_INDEXES) {
      errors.push(invalid(own, maxFailedIndexes, `must be less than or equal to ${MAX_FAILED_INDEXES}`))
    }
  }
  if ((completions ?? 0) <= MANY_COMPLETIONS || spec.backoffLimitPerIndex === undefined) return
  const when = `when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`
  if (maxFailedIndexes === undefined) {
    errors.push(required(own, `must be specified when completions is above ${MANY_COMPLETIONS}`))
  }
  if (parallelism > PARALLELISM_OF_MANY) {
    const message = `must be less than or equal to ${PARALLELISM_OF_MANY} ${when}`
    errors.push(invalid(`${path}.parallelism`, parallelism, message))
  }
  if ((maxFailedIndexes ?? 0) > FAILED_INDEXES_OF_MANY) {
    errors.push(invalid(own, maxFailedIndexes, `must be less than or equal to ${FAILED_INDEXES_OF_MANY} ${when}`))
  }
}

const MAX_RULES = 20
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const OPERATORS = ['In', 'NotIn']
const STATUSES = ['False', 'True', 'Unknown']
const MAX_EXIT_CODES = 255
const MAX_CONDITIONS = 20

function listed(values: readonly string[]): string {
  return `valid values: [${values.map((value) => `"${value}"`).join(' ')}]`
}

/** A value that must be given: the message names the choices either way. */
function checkChoice(errors: FieldError[], path: string, value: string | undefined, values: readonly string[]): void {
  if (!value) errors.push(required(path, listed(values)))
  else if (!values.includes(value)) errors.push(notSupported(path, value, values))
}

/** validatePodFailurePolicy. */
function checkFailurePolicy(errors: FieldError[], path: string, spec: JobSpec): void {
  if (!spec.podFailurePolicy) return
  const rules = spec.podFailurePolicy.rules ?? []
  if (rules.length > MAX_RULES) errors.push(tooMany(`${path}.rules`, rules.length, MAX_RULES))
  const { containers, initContainers } = spec.template?.spec ?? {}
  const names = new Set([...(containers ?? []), ...(initContainers ?? [])].map(({ name }) => name))
  rules.forEach((rule, at) => {
    checkFailureRule(errors, `${path}.rules[${at}]`, rule, { spec, names })
  })
}

function checkFailureRule(
  errors: FieldError[],
  path: string,
  rule: PodFailurePolicyRule,
  { spec, names }: { spec: JobSpec; names: ReadonlySet<string> },
): void {
  const { action, onExitCodes, onPodConditions = [] } = rule
  if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) {
      errors.push(invalid(`${path}.action`, action, 'requires the backoffLimitPerIndex to be set'))
    }
  } else checkChoice(errors, `${path}.action`, action, ACTIONS)
  if (onExitCodes) checkExitCodes(errors, `${path}.onExitCodes`, onExitCodes, names)
  if (onPodConditions.length > 0) checkConditions(errors, `${path}.onPodConditions`, onPodConditions)
  // The rule itself is not printed.
  const refuse = (message: string) => {
    errors.push({ type: 'FieldValueInvalid', field: path, message: `Invalid value: ${message}` })
  }
  if (onExitCodes && onPodConditions.length > 0) {
    refuse('specifying both OnExitCodes and OnPodConditions is not supported')
  }
  if (!onExitCodes && onPodConditions.length === 0) {
    refuse('specifying one of OnExitCodes and OnPodConditions is required')
  }
}

function checkExitCodes(
  errors: FieldError[],
  path: string,
  { operator, containerName, values }: NonNullable<PodFailurePolicyRule['onExitCodes']>,
  names: ReadonlySet<string>,
): void {
  checkChoice(errors, `${path}.operator`, operator, OPERATORS)
  if (containerName !== undefined && !names.has(containerName)) {
    const message = 'must be one of the container or initContainer names in the pod template'
    errors.push(invalid(`${path}.containerName`, containerName, message))
  }
  const own = `${path}.values`
  const codes = values ?? []
  if (codes.length === 0) errors.push(invalid(own, values ?? null, 'at least one value is required'))
  else if (codes.length > MAX_EXIT_CODES) errors.push(tooMany(own, codes.length, MAX_EXIT_CODES))
  const known = new Set<number>()
  codes.forEach((code, at) => {
    if (operator === 'In' && code === 0)
      errors.push(invalid(`${own}[${at}]`, code, 'must not be 0 for the In operator'))
    if (known.has(code)) errors.push(duplicate(`${own}[${at}]`, code))
    known.add(code)
  })
  if (codes.some((code, at) => at > 0 && (codes[at - 1] as number) > code)) {
    errors.push(invalid(own, codes, 'must be ordered'))
  }
}

function checkConditions(
  errors: FieldError[],
  path: string,
  conditions: NonNullable<PodFailurePolicyRule['onPodConditions']>,
): void {
  if (conditions.length > MAX_CONDITIONS) errors.push(tooMany(path, conditions.length, MAX_CONDITIONS))
  conditions.forEach(({ type, status }, at) => {
    checkName(errors, `${path}[${at}].type`, type, qualifiedName)
    checkChoice(errors, `${path}[${at}].status`, status, STATUSES)
  })
}

const MAX_INDEXES_TEXT = 64 * 1024

/** validateSuccessPolicy. */
function checkSuccessPolicy(errors: FieldError[], path: string, spec: JobSpec): void {
  const policy = spec.successPolicy
  if (!policy) return
  if (spec.completionMode !== 'Indexed') {
    const printed = printInternal('batch.v1.SuccessPolicy', policy)
    errors.push(invalid(path, printed, 'requires indexed completion mode'))
    return
  }
  const rules = policy.rules ?? []
  if (rules.length === 0) {
    const message = 'at least one rules must be specified when the successPolicy is specified'
    errors.push(required(`${path}.rules`, message))
  }
  if (rules.length > MAX_RULES) errors.push(tooMany(`${path}.rules`, rules.length, MAX_RULES))
  rules.forEach((rule, at) => {
    checkSuccessRule(errors, `${path}.rules[${at}]`, rule, spec.completions)
  })
}

function checkSuccessRule(
  errors: FieldError[],
  path: string,
  { succeededCount, succeededIndexes }: SuccessPolicyRule,
  completions: number | undefined,
): void {
  if (succeededCount === undefined && succeededIndexes === undefined) {
    errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'))
  }
  let indexes = 0
  if (succeededIndexes !== undefined) {
    const own = `${path}.succeededIndexes`
    if (succeededIndexes.length > MAX_INDEXES_TEXT) errors.push(tooLong(own, MAX_INDEXES_TEXT))
    const counted = countIndexes(succeededIndexes, completions ?? 0)
    if (typeof counted === 'number') indexes = counted
    else errors.push(invalid(own, succeededIndexes, `error parsing succeededIndexes: ${counted.error}`))
  }
  if (succeededCount === undefined) return
  const own = `${path}.succeededCount`
  checkNotNegative(errors, own, succeededCount)
  const atMost = (bound: number, what: string) => {
    if (succeededCount <= bound) return
    errors.push(invalid(own, succeededCount, `must be less than or equal to ${bound} (the number of ${what})`))
  }
  if (completions !== undefined) atMost(completions, 'specified completions')
  if (succeededIndexes !== undefined) atMost(indexes, 'indexes in the specified succeededIndexes field')
}

const REPLACEMENT_POLICIES = ['Failed', 'TerminatingOrFailed']

function checkReplacementPolicy(errors: FieldError[], path: string, spec: JobSpec): void {
  const policy = spec.podReplacementPolicy
  if (policy === undefined) return
  const allowed = spec.podFailurePolicy ? ['Failed'] : REPLACEMENT_POLICIES
  if (!allowed.includes(policy)) errors.push(notSupported(path, policy, allowed))
}

function checkRestartPolicy(errors: FieldError[], path: string, spec: JobSpec): void {
  const policy = spec.template?.spec?.restartPolicy ?? ''
  if (policy === '' || policy === 'Always') errors.push(required(path, 'valid values: "OnFailure", "Never"'))
  else if (policy !== 'OnFailure' && policy !== 'Never') {
    errors.push(notSupported(path, policy, ['OnFailure', 'Never']))
  } else if (spec.podFailurePolicy && policy !== 'Never') {
    errors.push(invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified'))
  }
}
