import { isPodTerminal } from '../../../../shared/api/pod-state.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import { timestamp } from '../../../../shared/api/timestamp.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { type Controller, type ReconcileResult, runController } from '../../controller/controller.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { withDisruption } from '../workload/disruption.ts'
import { type PodGarbage, planPodGarbage, TERMINATED_THRESHOLD } from './plan.ts'

const PERIOD_MS = 20_000
/** A node that was just deleted may come back, or its kubelet may still clean up. */
const QUARANTINE_MS = 40_000
const ALL = 'pods'
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service'

/** Removes pods that no kubelet and no controller will: see `planPodGarbage`. Looks every 20 s of engine time. */
export function startPodGarbageCollector(deps: ControllerDeps): Controller {
  const pods = deps.informers.of(resources.pods)
  const nodes = deps.informers.of(resources.nodes)
  const missingSince = new Map<string, number>()
  const isNodeGone = (name: string) => {
    if (nodes.get(name) !== undefined) {
      missingSince.delete(name)
      return false
    }
    const now = deps.clock.monotonicMs()
    const since = missingSince.get(name) ?? now
    missingSince.set(name, since)
    return now - since >= QUARANTINE_MS
  }
  const isOutOfService = (name: string) => {
    const { spec, status } = nodes.get(name) ?? {}
    const isReady = status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True')
    return !isReady && (spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE) ?? false)
  }
  const controller = runController({
    ...deps,
    name: 'pod-garbage-collector',
    workers: 1,
    informers: [pods, nodes],
    async reconcile(): Promise<ReconcileResult> {
      for (const garbage of planPodGarbage(pods.list(), {
        threshold: TERMINATED_THRESHOLD,
        isNodeGone,
        isOutOfService,
      })) {
        await remove(deps, garbage)
      }
      return { requeueAfterMs: PERIOD_MS }
    },
  })
  controller.queue.add(ALL)
  return controller
}

/** Without grace: there is no kubelet to give it. */
async function remove({ client, clock }: ControllerDeps, { pod, why }: PodGarbage): Promise<void> {
  const pods = client.resource(resources.pods)
  const { name = '', namespace, uid = '' } = pod.metadata
  try {
    if (why !== 'terminated' && !isPodTerminal(pod)) await pods.updateStatus(failed(pod, why, clock.now()))
    await pods.delete({ name, namespace }, { gracePeriodSeconds: 0, preconditions: { uid } })
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error
  }
}

function failed(pod: Pod, why: PodGarbage['why'], now: number): Pod {
  const status = { ...pod.status, phase: 'Failed' }
  if (why !== 'node-gone') return { ...pod, status }
  const message = 'PodGC: node no longer exists'
  return withDisruption({ ...pod, status }, { reason: 'DeletionByPodGC', message }, timestamp(now))
}
