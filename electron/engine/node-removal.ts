import { resources } from '../../shared/api/resources.ts'
import { ignoreNotFound, isApiError } from '../../shared/api/status.ts'
import type { Clock } from '../../shared/lang/clock.ts'
import type { Client } from './client/client.ts'
import { drainNode, podsToMove } from './controllers/node-autoscaling/drain-node.ts'

/** What pods get to end in, and budgets to allow it, when a node is drained. */
const DRAIN_MS = 120_000

/** Deletes the object of a node on which nothing runs any more, and the pods that were bound to it. */
export async function forgetNode(client: Client, name: string): Promise<void> {
  const pods = client.resource(resources.pods)
  await client.resource(resources.nodes).delete({ name }).catch(ignoreNotFound)
  const { items } = await pods.list({ fieldSelector: `spec.nodeName=${name}` })
  for (const { metadata } of items) {
    const key = { name: metadata.name ?? '', namespace: metadata.namespace }
    await pods.delete(key, { gracePeriodSeconds: 0 }).catch(ignoreNotFound)
  }
}

/**
 * Keeps new pods off a node and moves those that it has elsewhere. Resolves with what could not be moved, and why; the
 * node then takes pods again.
 */
export async function cordonAndDrain(deps: { client: Client; clock: Clock }, name: string): Promise<string[]> {
  const { client } = deps
  const nodes = client.resource(resources.nodes)
  const cordon = (unschedulable: boolean) =>
    nodes.patch({ name }, { type: 'application/merge-patch+json', body: { spec: { unschedulable } } })
  try {
    await cordon(true)
  } catch (error) {
    if (isApiError(error, 'NotFound')) return []
    throw error
  }
  const { items } = await client.resource(resources.pods).list({ fieldSelector: `spec.nodeName=${name}` })
  const alone = podsToMove(items).filter(
    ({ metadata }) => !metadata.ownerReferences?.some(({ controller }) => controller),
  )
  const left =
    alone.length > 0
      ? alone.map(({ metadata }) => `${metadata.namespace}/${metadata.name}: no controller would make it again`)
      : await drainNode(deps, name, { timeoutMs: DRAIN_MS })
  if (left.length > 0) await cordon(false)
  return left
}
