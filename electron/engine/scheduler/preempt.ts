import { splitKey } from '../../../shared/api/object.ts'
import { resources } from '../../../shared/api/resources.ts'
import { isApiError } from '../../../shared/api/status.ts'
import { timestamp } from '../../../shared/api/timestamp.ts'
import type { Pod } from '../../../shared/api/types/core-v1.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import type { Client } from '../client/client.ts'
import type { EventRecorder } from '../controller/event-recorder.ts'
import type { PodInfo } from './pod-info.ts'
import type { Preemption } from './preemption.ts'

export interface PreemptDeps {
  readonly client: Client
  readonly clock: Clock
  readonly recorder: EventRecorder
}

/** Why a victim goes, in its DisruptionTarget condition. */
const REASON = 'PreemptionByScheduler'
const STRATEGIC = 'application/strategic-merge-patch+json'

export interface Displacing {
  /** They waited for the same node and matter less: they have to look for another. */
  readonly displaced: readonly PodInfo[]
}

/** Ends the victims. Safe to repeat. */
export async function preempt(
  deps: PreemptDeps,
  pod: Pod,
  { victims, node, displaced }: Preemption & Displacing,
): Promise<void> {
  const pods = deps.client.resource(resources.pods)
  const body = { status: { nominatedNodeName: null } }
  const clear = ({ key }: PodInfo) =>
    pods.patch(splitKey(key), { type: STRATEGIC, subresource: 'status', body }).catch(ignoreGone)
  await Promise.all(displaced.map(clear))
  const open = victims.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  await Promise.all(open.map((victim) => endVictim(deps, pod, victim, node)))
}

async function endVictim({ client, clock, recorder }: PreemptDeps, pod: Pod, victim: Pod, node: string) {
  const pods = client.resource(resources.pods)
  const { name = '', namespace, uid = '', generation } = victim.metadata
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: REASON,
    message: `${pod.spec?.schedulerName}: preempting to accommodate a higher priority pod`,
    lastTransitionTime: timestamp(clock.now()),
    ...(generation ? { observedGeneration: generation } : {}),
  }
  const body = { metadata: { uid }, status: { conditions: [condition] } }
  try {
    await pods.patch({ name, namespace }, { type: STRATEGIC, subresource: 'status', body })
    await pods.delete({ name, namespace }, { preconditions: { uid } })
  } catch (error) {
    return ignoreGone(error)
  }
  recorder.event(victim, 'Normal', 'Preempted', `Preempted by pod ${pod.metadata.uid} on node ${node}`)
}

/** A pod that is gone, or another one of its name, needs nothing. */
function ignoreGone(error: unknown): undefined {
  if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error
  return undefined
}

/** Whether the pod ends because another was to have its place. */
export function isEndingByPreemption({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp === undefined) return false
  return status?.conditions?.some(({ type, reason }) => type === 'DisruptionTarget' && reason === REASON) ?? false
}
