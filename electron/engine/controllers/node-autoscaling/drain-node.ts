import { controllerOf } from '../../../../shared/api/owner-references.ts'
import { isPodTerminal } from '../../../../shared/api/pod-state.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { type Clock, delay } from '../../../../shared/lang/clock.ts'
import type { Client } from '../../client/client.ts'

const LOOK_EVERY_MS = 1000
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'

export interface DrainDeps {
  readonly client: Client
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
}

/** Pods that a drain moves: all but those that have ended, that a DaemonSet keeps there, or that mirror a static pod. */
export function podsToMove(pods: readonly Pod[]): Pod[] {
  return pods.filter((pod) => {
    if (isPodTerminal(pod) || pod.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) return false
    return controllerOf(pod)?.kind !== 'DaemonSet'
  })
}

/**
 * Evicts the pods of a node, again and again where a PodDisruptionBudget says not now, until none is left or the time
 * is over. The caller keeps new pods off the node. Resolves with what is left: "default/web: why it stayed".
 */
export async function drainNode(
  deps: DrainDeps,
  node: string,
  options: { readonly timeoutMs: number; evicting?(pod: Pod): void },
): Promise<string[]> {
  const { client, clock, signal } = deps
  const pods = client.resource(resources.pods)
  const end = clock.monotonicMs() + options.timeoutMs
  const told = new Set<string>()
  for (;;) {
    const { items } = await pods.list({ fieldSelector: `spec.nodeName=${node}` })
    const left = podsToMove(items)
    if (left.length === 0) return []
    const reasons: string[] = []
    for (const pod of left) {
      const { uid = '', namespace, name } = pod.metadata
      if (!told.has(uid)) options.evicting?.(pod)
      told.add(uid)
      const refusal = pod.metadata.deletionTimestamp ? 'it has not ended yet' : await evict(client, pod)
      reasons.push(`${namespace}/${name}: ${refusal ?? 'it has not ended yet'}`)
    }
    if (clock.monotonicMs() >= end || signal?.aborted) return reasons
    await delay(clock, LOOK_EVERY_MS)
  }
}

/** Undefined when the pod is on its way out, else why not. */
async function evict(client: Client, { metadata }: Pod): Promise<string | undefined> {
  const { name = '', namespace, uid } = metadata
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    deleteOptions: { preconditions: { uid } },
  }
  try {
    await client.resource(resources.pods).createSubresource({ name, namespace }, 'eviction', eviction)
    return undefined
  } catch (error) {
    if (isApiError(error, 'NotFound') || isApiError(error, 'Conflict')) return undefined
    if (isApiError(error, 'TooManyRequests')) return error.message
    throw error
  }
}
