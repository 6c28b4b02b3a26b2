import type { CronJob, Job } from '../../shared/api/types/batch-v1.ts'

/** The API server adds a suffix of six characters; a Job's name may have 63, as it becomes a label of its pods. */
const LONGEST_PREFIX = 56

/** As `kubectl create job --from=cronjob/NAME`: a Job of its template, owned by it, marked as started by hand. */
export function manualJob({ metadata, spec }: CronJob): Job {
  const { name = '', namespace, uid = '' } = metadata
  const { metadata: template, spec: jobSpec } = spec.jobTemplate
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      generateName: `${name.slice(0, LONGEST_PREFIX - '-manual-'.length)}-manual-`,
      ...(namespace === undefined ? {} : { namespace }),
      annotations: { ...template?.annotations, 'cronjob.kubernetes.io/instantiate': 'manual' },
      ...(template?.labels === undefined ? {} : { labels: template.labels }),
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name, uid, controller: true }],
    },
    ...(jobSpec === undefined ? {} : { spec: jobSpec }),
  }
}
