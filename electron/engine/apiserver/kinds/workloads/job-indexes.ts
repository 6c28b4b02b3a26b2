import type { Job } from '../../../../../shared/api/types/batch-v1.ts'
import { type FieldError, invalid } from '../../machinery/field-error.ts'
import { countIndexes, overlapOf } from './indexes.ts'

type Changed = (...of: readonly ('completedIndexes' | 'failedIndexes')[]) => boolean

/** The lists of completed and failed indexes in a Job's status: well formed, for Jobs that have them, and apart. */
export function checkJobIndexes(errors: FieldError[], { spec, status }: Job, changed: Changed): void {
  const { completedIndexes = '', failedIndexes } = status ?? {}
  const { completions, completionMode, backoffLimitPerIndex } = spec ?? {}
  if (changed('completedIndexes')) {
    const refuse = (message: string) => {
      errors.push(invalid('status.completedIndexes', completedIndexes, message))
    }
    const counted = completions === undefined ? 0 : countIndexes(completedIndexes, completions)
    if (typeof counted !== 'number') refuse(`error parsing completedIndexes: ${counted.error}`)
    if (completionMode !== 'Indexed' && completedIndexes !== '') {
      refuse('cannot set non-empty completedIndexes when non-indexed completion mode')
    }
  }
  if (failedIndexes === undefined || !changed('failedIndexes', 'completedIndexes')) return
  const refuse = (message: string) => {
    errors.push(invalid('status.failedIndexes', failedIndexes, message))
  }
  if (changed('failedIndexes')) {
    if (backoffLimitPerIndex === undefined) {
      refuse('cannot set non-null failedIndexes when backoffLimitPerIndex is null')
    } else if (completions !== undefined) {
      const failed = countIndexes(failedIndexes, completions)
      if (typeof failed !== 'number') refuse(`error parsing failedIndexes: ${failed.error}`)
    }
  }
  const overlap = completions === undefined ? undefined : overlapOf(completedIndexes, failedIndexes, completions)
  if (overlap !== undefined) refuse(`failedIndexes and completedIndexes overlap at index: ${overlap}`)
}
