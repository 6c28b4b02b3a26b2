import { expect, test } from 'vitest'
import type { CronJob } from '../../shared/api/types/batch-v1.ts'
import { manualJob } from './manual-job.ts'

const template = {
  metadata: { labels: { app: 'report' }, annotations: { team: 'shop' } },
  spec: { backoffLimit: 2, template: {} },
}

function cronJob(name: string): CronJob {
  const spec = { schedule: '* * * * *', jobTemplate: template }
  return { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, namespace: 'shop', uid: 'u1' }, spec } as CronJob
}

test('a Job run by hand is what `kubectl create job --from` makes', () => {
  expect(manualJob(cronJob('report'))).toEqual({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      generateName: 'report-manual-',
      namespace: 'shop',
      labels: { app: 'report' },
      annotations: { team: 'shop', 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'report', uid: 'u1', controller: true }],
    },
    spec: { backoffLimit: 2, template: {} },
  })
})

test('the longest name of a CronJob leaves room for the suffix', () => {
  expect(manualJob(cronJob('r'.repeat(52))).metadata.generateName?.length).toBeLessThanOrEqual(57)
})
