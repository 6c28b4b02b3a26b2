import type { Pod } from '../../../shared/api/types/core-v1.ts'
import { findContainer } from './pod-containers.ts'
import type { PodDeps } from './pod-context.ts'
import type { PodMemory } from './pod-memory.ts'
import { podLabel } from './pod-names.ts'

/** Tells of each back-off of a pod's containers once, when it begins. */
export function announceHolds(deps: Pick<PodDeps, 'record'>, memory: PodMemory, pod: Pod, nowMs: number): void {
  for (const [name, hold] of memory.holds) {
    if (hold.untilMs <= nowMs || !memory.announce(name, hold)) continue
    if (hold.reason === 'CrashLoopBackOff') {
      memory.showCrashLoop(pod, name)
      const message = `Back-off restarting failed container ${name} in pod ${podLabel(pod)}`
      deps.record(pod, 'Warning', 'BackOff', message, name)
    } else if (hold.reason === 'ImagePullBackOff') {
      const image = findContainer(pod, name)?.spec.image ?? ''
      deps.record(pod, 'Normal', 'BackOff', `Back-off pulling image "${image}"`, name)
      deps.record(pod, 'Warning', 'Failed', 'Error: ImagePullBackOff', name)
    }
  }
}
