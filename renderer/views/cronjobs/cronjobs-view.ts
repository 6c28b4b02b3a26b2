import { resources } from '../../../shared/api/resources.ts'
import { parseTimestamp } from '../../../shared/api/timestamp.ts'
import type { CronJob } from '../../../shared/api/types/batch-v1.ts'
import { ageColumn, countColumn, nameColumn, namespaceColumn, stateColumn, textColumn } from '../common-columns.ts'
import { kindView } from '../kind-view.ts'
import { type ObjectState, TERMINATING } from '../object-state.ts'
import { imagesText, properties, textRows } from '../sections.ts'

export function cronJobState({ spec, status, metadata }: CronJob): ObjectState {
  if (metadata.deletionTimestamp !== undefined) return TERMINATING
  if ((status?.active?.length ?? 0) > 0) return { word: 'Active', tone: 'progress' }
  return spec.suspend ? { word: 'Suspended', tone: 'idle' } : { word: 'Scheduled', tone: 'good' }
}

const lastSchedule = ({ status }: CronJob) => parseTimestamp(status?.lastScheduleTime)

export const cronJobsView = kindView<CronJob>({
  id: 'cronjobs',
  group: 'workloads',
  ref: resources.cronJobs,
  state: cronJobState,
  columns: [
    { ...nameColumn, width: 170 },
    namespaceColumn,
    stateColumn(130, cronJobState),
    textColumn('schedule', { width: 130, rank: 1 }, ({ spec }) => spec.schedule),
    textColumn('timeZone', { width: 130, rank: 4 }, ({ spec }) => spec.timeZone ?? '<none>'),
    textColumn('suspend', { width: 84, rank: 4 }, ({ spec }) => (spec.suspend ? 'True' : 'False')),
    countColumn('active', 3, ({ status }) => status?.active?.length ?? 0),
    {
      id: 'lastSchedule',
      width: 116,
      rank: 2,
      cell: (job) => {
        const since = lastSchedule(job)
        return since === undefined ? '<none>' : { type: 'age', since }
      },
      order: (job) => -(lastSchedule(job) ?? 0),
    },
    ageColumn,
  ],
  sections: (job, text) => {
    const { spec, status } = job
    const last = lastSchedule(job)
    const succeeded = parseTimestamp(status?.lastSuccessfulTime)
    return [
      properties(job, text, {
        state: cronJobState(job),
        rows: [
          ...textRows([
            [text.columns.schedule, spec.schedule],
            [text.columns.timeZone, spec.timeZone],
            [text.details.concurrency, spec.concurrencyPolicy],
            [text.details.deadline, spec.startingDeadlineSeconds && `${spec.startingDeadlineSeconds}s`],
            [
              text.details.history,
              `${spec.successfulJobsHistoryLimit ?? 3} succeeded · ${spec.failedJobsHistoryLimit ?? 1} failed`,
            ],
          ]),
          ...(last === undefined
            ? []
            : [{ label: text.columns.lastSchedule, value: { type: 'age', since: last } as const }]),
          ...(succeeded === undefined
            ? []
            : [{ label: text.details.lastSuccess, value: { type: 'age', since: succeeded } as const }]),
          ...textRows([[text.details.image, imagesText(spec.jobTemplate.spec?.template.spec)]]),
        ],
      }),
    ]
  },
})
