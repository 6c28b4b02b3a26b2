import type { Job, PodFailurePolicyRule } from '../../../../shared/api/types/batch-v1.ts'
import type { ContainerStatus, Pod } from '../../../../shared/api/types/core-v1.ts'

/** What a Job makes of a pod that failed. */
export interface FailureVerdict {
  /** False: the failure counts towards no limit. */
  readonly counts: boolean
  /** Its index will not be tried again. */
  readonly failsIndex: boolean
  /** Why the whole Job fails because of it. */
  readonly failsJob?: string
}

const COUNTED: FailureVerdict = { counts: true, failsIndex: false }

/** matchPodFailurePolicy: the first rule that fits decides; without one the failure counts. */
export function judgeFailure(job: Job, pod: Pod): FailureVerdict {
  const rules = job.spec?.podFailurePolicy?.rules ?? []
  for (const [at, rule] of rules.entries()) {
    const why = whyMatched(rule, pod)
    if (why === undefined) continue
    if (rule.action === 'Ignore') return { counts: false, failsIndex: false }
    if (rule.action === 'FailIndex') return { counts: true, failsIndex: job.spec?.backoffLimitPerIndex !== undefined }
    if (rule.action !== 'FailJob') return COUNTED
    return { ...COUNTED, failsJob: `${why} matching FailJob rule at index ${at}` }
  }
  return COUNTED
}

function whyMatched({ onExitCodes, onPodConditions }: PodFailurePolicyRule, pod: Pod): string | undefined {
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`
  if (onExitCodes) {
    const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
    for (const container of [...containerStatuses, ...initContainerStatuses]) {
      const code = exitCode(container)
      // A success never matches: policies are about failures.
      if (code === undefined || code === 0) continue
      if (onExitCodes.containerName && onExitCodes.containerName !== container.name) continue
      if (onExitCodes.values.includes(code) !== (onExitCodes.operator === 'In')) continue
      return `Container ${container.name} for pod ${name} failed with exit code ${code}`
    }
    return undefined
  }
  const conditions = pod.status?.conditions ?? []
  const found = onPodConditions?.find(({ type, status = 'True' }) =>
    conditions.some((condition) => condition.type === type && condition.status === status),
  )
  return found && `Pod ${name} has condition ${found.type}`
}

function exitCode({ state }: ContainerStatus): number | undefined {
  return state?.terminated?.exitCode
}
