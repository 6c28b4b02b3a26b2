import { splitKey } from '../../../shared/api/object.ts'
import { resources } from '../../../shared/api/resources.ts'
import { isApiError } from '../../../shared/api/status.ts'
import { timestamp } from '../../../shared/api/timestamp.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import type { Logger } from '../../../shared/lang/logger.ts'
import type { Client } from '../client/client.ts'
import type { PodInfo } from './pod-info.ts'

export interface TellDeps {
  readonly client: Client
  readonly clock: Clock
  readonly logger: Logger
}

export interface Unschedulable {
  readonly message: string
  /** The node that the pod waits for from now on; null: for none any more; absent: as it was. */
  readonly nominatedNodeName?: string | null
}

/** Keeps the PodScheduled condition, which kubectl describe and the autoscalers read. Never fails. */
export async function tellUnschedulable(deps: TellDeps, { pod, key }: PodInfo, told: Unschedulable): Promise<void> {
  const { client, clock, logger } = deps
  const { message, nominatedNodeName } = told
  const known = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')
  const isKnown = known?.status === 'False' && known.reason === 'Unschedulable' && known.message === message
  if (isKnown && nominatedNodeName === undefined) return
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message,
    lastProbeTime: null,
    lastTransitionTime: known?.status === 'False' ? known.lastTransitionTime : timestamp(clock.now()),
    ...(pod.metadata.generation ? { observedGeneration: pod.metadata.generation } : {}),
  }
  const nomination = nominatedNodeName === undefined ? {} : { nominatedNodeName }
  const type = 'application/strategic-merge-patch+json'
  const body = { status: { ...nomination, conditions: [condition] } }
  try {
    await client.resource(resources.pods).patch(splitKey(key), { type, body, subresource: 'status' })
  } catch (error) {
    if (!isApiError(error, 'NotFound')) logger.warn({ err: error, pod: key }, 'pod condition was not written')
  }
}
