import { controllerReference } from '../../../../shared/api/owner-references.ts'
import { zonedTimestamp } from '../../../../shared/api/timestamp.ts'
import type { CronJob, Job } from '../../../../shared/api/types/batch-v1.ts'
import type { ObjectReference } from '../../../../shared/api/types/core-v1.ts'

const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp'

/** The Job of one scheduled time: its name says which, so that no time is started twice. */
export function jobAt(cronJob: CronJob, scheduledAt: number): Job {
  const { name, namespace } = cronJob.metadata
  const { jobTemplate, timeZone = 'UTC' } = cronJob.spec ?? {}
  const { metadata = {}, spec } = jobTemplate ?? {}
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...(metadata.labels ? { labels: metadata.labels } : {}),
      annotations: { ...metadata.annotations, [SCHEDULED_AT]: zonedTimestamp(scheduledAt, timeZone) },
      name: `${name}-${Math.floor(scheduledAt / 60_000)}`,
      namespace,
      ownerReferences: [controllerReference(cronJob)],
    },
    ...(spec ? { spec } : {}),
  }
}

/** How a status names a Job that it started. */
export function activeReference(job: Job): ObjectReference {
  const { name, namespace, uid, resourceVersion } = job.metadata
  return { kind: 'Job', apiVersion: 'batch/v1', name, namespace, uid, resourceVersion }
}
