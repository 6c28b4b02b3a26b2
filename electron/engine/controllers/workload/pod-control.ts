import type { KubeObject } from '../../../../shared/api/object.ts'
import { controllerReference } from '../../../../shared/api/owner-references.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { Pod, PodTemplateSpec } from '../../../../shared/api/types/core-v1.ts'
import type { Client } from '../../client/client.ts'
import { isNamespaceTerminating } from '../../controller/controller.ts'
import type { EventRecorder } from '../../controller/event-recorder.ts'

/** Creates and deletes pods for a controller, and tells about it in events on their owner. */
export interface PodControl {
  create(pod: Pod, owner: KubeObject): Promise<Pod>
  /** False when the pod was gone already. */
  delete(pod: Pod, owner: KubeObject): Promise<boolean>
}

export function createPodControl(client: Client, recorder: EventRecorder): PodControl {
  const pods = client.resource(resources.pods)
  return {
    async create(pod, owner) {
      try {
        const created = await pods.create(pod)
        recorder.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`)
        return created
      } catch (error) {
        if (!isNamespaceTerminating(error)) {
          recorder.event(owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`)
        }
        throw error
      }
    },
    async delete(pod, owner) {
      const { name = '', namespace } = pod.metadata
      try {
        await pods.delete({ name, namespace })
      } catch (error) {
        if (isApiError(error, 'NotFound')) return false
        recorder.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`)
        throw new Error(`unable to delete pods: ${messageOf(error)}`, { cause: error })
      }
      recorder.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`)
      return true
    },
  }
}

const MAX_NAME = 253

/** The pod that a template describes, named after its owner by the server. */
export function podFromTemplate(template: PodTemplateSpec | undefined, owner: KubeObject): Pod {
  const { labels, annotations, finalizers } = template?.metadata ?? {}
  const prefix = `${owner.metadata.name}-`
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: prefix.length > MAX_NAME ? owner.metadata.name : prefix,
      namespace: owner.metadata.namespace,
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    ...(template?.spec ? { spec: template.spec } : {}),
  }
}

/**
 * Runs `create` up to `count` times in batches of 1, 2, 4, ... so that a quota or an invalid template costs one
 * failure, not hundreds. Stops after the first batch with a failure.
 */
export async function slowStart(
  count: number,
  create: (index: number) => Promise<void>,
): Promise<{ created: number; error?: unknown }> {
  let created = 0
  for (let batch = Math.min(1, count); batch > 0; batch = Math.min(batch * 2, count - created)) {
    const first = created
    const results = await Promise.allSettled(Array.from({ length: batch }, (_, offset) => create(first + offset)))
    const failure = results.find((result) => result.status === 'rejected')
    created += results.filter((result) => result.status === 'fulfilled').length
    if (failure !== undefined) return { created, error: failure.reason }
  }
  return { created }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
