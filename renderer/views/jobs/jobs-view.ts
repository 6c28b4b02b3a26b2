import { humanDuration } from '../../../shared/api/duration.ts'
import { resources } from '../../../shared/api/resources.ts'
import { parseTimestamp } from '../../../shared/api/timestamp.ts'
import type { Job } from '../../../shared/api/types/batch-v1.ts'
import { ageColumn, nameColumn, namespaceColumn, stateColumn, textColumn } from '../common-columns.ts'
import { type Cell, kindView } from '../kind-view.ts'
import { type ObjectState, TERMINATING } from '../object-state.ts'
import { imagesText, properties, textRows } from '../sections.ts'

/** As kubectl's STATUS. */
export function jobState({ metadata, status }: Job): ObjectState {
  const has = (type: string) => status?.conditions?.some((one) => one.type === type && one.status === 'True')
  if (has('Complete')) return { word: 'Complete', tone: 'done' }
  if (has('Failed')) return { word: 'Failed', tone: 'bad' }
  if (metadata.deletionTimestamp !== undefined) return TERMINATING
  if (has('Suspended')) return { word: 'Suspended', tone: 'idle' }
  if (has('FailureTarget')) return { word: 'FailureTarget', tone: 'bad' }
  if (has('SuccessCriteriaMet')) return { word: 'SuccessCriteriaMet', tone: 'progress' }
  return { word: 'Running', tone: 'progress' }
}

/** As kubectl's COMPLETIONS: "1/3", "0/1 of 4" for a work queue. */
export function completionsText({ spec, status }: Job): string {
  const parallelism = spec?.parallelism ?? 0
  return `${status?.succeeded ?? 0}/${spec?.completions ?? (parallelism > 1 ? `1 of ${parallelism}` : '1')}`
}

/** Grows while the Job runs; as with kubectl a failed one has no completion time, so its condition ends it. */
export function jobDuration({ status }: Job): Cell {
  const start = parseTimestamp(status?.startTime)
  if (start === undefined) return ''
  const failed = status?.conditions?.find(({ type, status: is }) => type === 'Failed' && is === 'True')
  const end = parseTimestamp(status?.completionTime ?? failed?.lastTransitionTime)
  return end === undefined ? { type: 'age', since: start } : humanDuration(end - start)
}

export const jobsView = kindView<Job>({
  id: 'jobs',
  group: 'workloads',
  ref: resources.jobs,
  state: jobState,
  columns: [
    { ...nameColumn, width: 190 },
    namespaceColumn,
    stateColumn(150, jobState),
    {
      id: 'completions',
      width: 108,
      rank: 1,
      cell: completionsText,
      order: ({ status }) => status?.succeeded ?? 0,
    },
    textColumn('duration', { width: 84, rank: 2 }, jobDuration),
    ageColumn,
    textColumn('images', { width: 220, rank: 4 }, ({ spec }) => imagesText(spec?.template.spec)),
  ],
  sections: (job, text) => {
    const { spec, status } = job
    return [
      properties(job, text, {
        state: jobState(job),
        rows: [
          ...textRows([
            [text.columns.completions, completionsText(job)],
            [text.details.mode, spec?.completionMode],
            [text.details.parallelism, spec?.parallelism],
            [
              text.columns.pods,
              `${status?.active ?? 0} active · ${status?.succeeded ?? 0} succeeded · ${status?.failed ?? 0} failed`,
            ],
            [text.details.failedIndexes, status?.failedIndexes],
            [text.details.backoffLimit, spec?.backoffLimit],
          ]),
          { label: text.columns.duration, value: jobDuration(job) },
          ...textRows([[text.details.image, imagesText(spec?.template.spec)]]),
        ],
      }),
    ]
  },
})
