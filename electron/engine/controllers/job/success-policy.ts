import type { Job } from '../../../../shared/api/types/batch-v1.ts'
import { parseIndexes } from './indexes.ts'

/** matchSuccessPolicy: the position of the first rule that the succeeded indexes fulfil. */
export function fulfilledSuccessRule(job: Job, succeeded: ReadonlySet<number>): number | undefined {
  const rules = job.spec?.successPolicy?.rules ?? []
  const at = rules.findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeededCount !== undefined && succeeded.size >= succeededCount
    const wanted = [...parseIndexes(succeededIndexes)]
    return wanted.filter((index) => succeeded.has(index)).length >= (succeededCount ?? wanted.length)
  })
  return at < 0 ? undefined : at
}
