import { resources } from '../../../shared/api/resources.ts'
import { isApiError } from '../../../shared/api/status.ts'
import { timestamp } from '../../../shared/api/timestamp.ts'
import type { Pod } from '../../../shared/api/types/core-v1.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import type { Client } from '../client/client.ts'
import type { EventRecorder } from '../controller/event-recorder.ts'
import type { Preemption } from './preemption.ts'

export interface PreemptDeps {
  readonly client: Client
  readonly clock: Clock
  readonly recorder: EventRecorder
}

const MERGE = 'application/merge-patch+json'

/** Ends the victims and writes down for which node the pod waits. Safe to repeat. */
export async function preempt({ client, clock, recorder }: PreemptDeps, pod: Pod, plan: Preemption): Promise<void> {
  const pods = client.resource(resources.pods)
  const { name = '', namespace, uid } = pod.metadata
  const nominated = { status: { nominatedNodeName: plan.node } }
  await pods.patch({ name, namespace }, { type: MERGE, subresource: 'status', body: nominated }).catch(ignoreGone)
  for (const victim of plan.victims) {
    if (victim.metadata.deletionTimestamp !== undefined) continue
    const key = { name: victim.metadata.name ?? '', namespace: victim.metadata.namespace }
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: `${pod.spec?.schedulerName}: preempting to accommodate a higher priority pod`,
      lastTransitionTime: timestamp(clock.now()),
    }
    const body = { status: { conditions: [condition] } }
    const type = 'application/strategic-merge-patch+json'
    await pods.patch(key, { type, subresource: 'status', body }).catch(ignoreGone)
    await pods.delete(key, { preconditions: { uid: victim.metadata.uid ?? '' } }).catch(ignoreGone)
    recorder.event(victim, 'Normal', 'Preempted', `Preempted by pod ${uid} on node ${plan.node}`)
  }
}

/** A victim that is gone, or another one of its name, needs no ending. */
function ignoreGone(error: unknown): undefined {
  if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error
  return undefined
}
