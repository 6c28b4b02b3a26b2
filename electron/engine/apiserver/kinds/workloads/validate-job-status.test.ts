import { expect, test } from 'vitest'
import type { Job, JobSpec, JobStatus } from '../../../../../shared/api/types/batch-v1.ts'
import { errorText } from '../../machinery/field-error.ts'
import { validateJobStatus } from './validate-job-status.ts'

const AT = '2026-01-01T00:00:00Z'
const LATER = '2026-01-01T00:01:00Z'
const on = (...types: string[]) => ({ conditions: types.map((type) => ({ type, status: 'True' })) })
const indexed: Partial<JobSpec> = { completionMode: 'Indexed', completions: 3, parallelism: 3, backoffLimitPerIndex: 1 }

function mistakes(before: JobStatus, after: JobStatus, spec: Partial<JobSpec> = {}): string[] {
  const job = (status: JobStatus): Job => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'x' },
    spec: { template: {}, ...spec },
    status,
  })
  return validateJobStatus(job(after), job(before)).map(errorText)
}

test.each<[string, JobStatus, JobStatus, string[]]>([
  [
    'a Job that ends without having begun',
    {},
    { ...on('Failed'), active: 1 },
    [
      'status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition',
      'status.active: Invalid value: 1: active>0 is invalid for finished job',
      'status.startTime: Required value: startTime is required for finished job',
    ],
  ],
  [
    'an end that is taken back',
    { ...on('FailureTarget', 'Failed'), startTime: AT, failed: 2 },
    { startTime: LATER, failed: 1 },
    [
      'status.conditions: Invalid value: cannot disable the terminal Failed=True condition',
      'status.conditions: Invalid value: cannot disable the terminal FailureTarget=True condition',
      'status.failed: Invalid value: 1: cannot decrease the failed counter',
      'status.startTime: Required value: startTime cannot be removed for unsuspended job',
    ],
  ],
  [
    'another time of completion',
    { ...on('SuccessCriteriaMet', 'Complete'), startTime: AT, completionTime: AT },
    { ...on('SuccessCriteriaMet', 'Complete'), startTime: AT, completionTime: LATER },
    [`status.completionTime: Invalid value: "${LATER}": completionTime cannot be mutated`],
  ],
  ['an old mistake that stays as it is', { ...on('Failed'), active: 1 }, { ...on('Failed'), active: 1, failed: 1 }, []],
])('%s', (_, before, after, expected) => {
  expect(mistakes(before, after)).toEqual(expected)
})

test('indexes are completed or failed; those beyond a Job that got smaller are left alone', () => {
  expect(mistakes({}, { completedIndexes: '0-1', failedIndexes: '1,2' }, indexed)).toEqual([
    'status.failedIndexes: Invalid value: "1,2": failedIndexes and completedIndexes overlap at index: 1',
  ])
  const smaller = { ...indexed, completions: 1, parallelism: 1 }
  expect(mistakes({ completedIndexes: '0-2', succeeded: 3 }, { completedIndexes: '0-2' }, smaller)).toEqual([])
  expect(mistakes({ startTime: AT }, {}, { suspend: true })).toEqual([])
})
