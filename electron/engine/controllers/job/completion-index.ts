import type { Job } from '../../../../shared/api/types/batch-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'

export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index'

export function isIndexed(job: Job): boolean {
  return job.spec?.completionMode === 'Indexed'
}

export function indexOf(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[COMPLETION_INDEX]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}
