import type { Job } from '../../../../shared/api/types/batch-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { podsToDelete } from '../replicaset/pods-to-delete.ts'
import { indexOf, isIndexed } from './completion-index.ts'

/** activePodsForRemoval: pods whose index is none of the Job's or has another pod, then those that got least far. */
export function surplusPods(job: Job, active: readonly Pod[], wanted: number, now: number): Pod[] {
  const misfits = isIndexed(job) ? misfitPods(job, active, now) : []
  const others = active.filter((pod) => !misfits.includes(pod))
  return [...misfits, ...podsToDelete(others, [], Math.max(0, others.length - wanted), now)]
}

function misfitPods(job: Job, active: readonly Pod[], now: number): Pod[] {
  const { completions = 0 } = job.spec ?? {}
  return [...Map.groupBy(active, indexOf)].flatMap(([index, pods]) =>
    podsToDelete(pods, [], index === undefined || index >= completions ? pods.length : pods.length - 1, now),
  )
}
