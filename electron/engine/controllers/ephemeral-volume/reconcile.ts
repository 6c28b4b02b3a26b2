import { objectKey } from '../../../../shared/api/object.ts'
import { controllerReference } from '../../../../shared/api/owner-references.ts'
import { claimNameOf } from '../../../../shared/api/pod-claims.ts'
import { isPodTerminal } from '../../../../shared/api/pod-state.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { PersistentVolumeClaim, Pod } from '../../../../shared/api/types/core-v1.ts'
import { type Controller, owning, runController } from '../../controller/controller.ts'
import { createEventRecorder } from '../../controller/event-recorder.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { messageOf } from '../workload/pod-control.ts'

/** Makes the claims of pods' generic ephemeral volumes; they belong to their pod and go with it. */
export function startEphemeralVolumeController(deps: ControllerDeps): Controller {
  const pods = deps.informers.of(resources.pods)
  const claims = deps.informers.of(resources.persistentVolumeClaims)
  const recorder = createEventRecorder({ ...deps, component: 'ephemeral_volume' })
  const controller = runController({
    ...deps,
    name: 'ephemeral-volume',
    informers: [pods, claims],
    async reconcile(_, { key }) {
      const pod = pods.get(key)
      if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) return undefined
      for (const claim of ephemeralClaims(pod)) {
        const known = claims.get(objectKey(claim))
        if (known !== undefined && !isOf(known, pod)) throw foreign(claim, pod)
        if (known === undefined) await create(claim, pod)
      }
      return undefined
    },
  })
  async function create(claim: PersistentVolumeClaim, pod: Pod): Promise<void> {
    try {
      await deps.client.resource(resources.persistentVolumeClaims).create(claim)
    } catch (error) {
      if (isApiError(error, 'AlreadyExists')) return
      recorder.event(
        pod,
        'Warning',
        'FailedCreate',
        `ephemeral volume: create PVC ${claim.metadata.name}: ${messageOf(error)}`,
      )
      throw error
    }
  }
  const enqueue = (pod: Pod) => {
    if (ephemeralClaims(pod).length > 0) controller.queue.add(objectKey(pod))
  }
  const subscription = pods.onChange({ added: enqueue, updated: (_, pod) => enqueue(pod) })
  return owning(controller, [subscription], recorder)
}

function ephemeralClaims(pod: Pod): PersistentVolumeClaim[] {
  return (pod.spec?.volumes ?? []).flatMap((volume) => {
    const template = volume.ephemeral?.volumeClaimTemplate
    if (template === undefined) return []
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        ...template.metadata,
        name: claimNameOf(pod, volume),
        namespace: pod.metadata.namespace,
        ownerReferences: [controllerReference(pod)],
      },
      spec: template.spec,
    } as PersistentVolumeClaim
  })
}

function isOf(claim: PersistentVolumeClaim, pod: Pod): boolean {
  return claim.metadata.ownerReferences?.some(({ uid }) => uid === pod.metadata.uid) === true
}

function foreign(claim: PersistentVolumeClaim, pod: Pod): Error {
  const { name, namespace } = claim.metadata
  return new Error(
    `PVC ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`,
  )
}
