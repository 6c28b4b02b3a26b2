import { objectKey } from '../../../../shared/api/object.ts'
import { claimNames } from '../../../../shared/api/pod-claims.ts'
import { isPodTerminal } from '../../../../shared/api/pod-state.ts'
import { type ResourceRef, resources } from '../../../../shared/api/resources.ts'
import { ignoreNotFound } from '../../../../shared/api/status.ts'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../../../shared/api/types/core-v1.ts'
import { type Controller, owning, runController } from '../../controller/controller.ts'
import type { ControllerDeps } from '../controller-deps.ts'

const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection'
const VOLUME_FINALIZER = 'kubernetes.io/pv-protection'
const CLAIM = 'claim:'
const VOLUME = 'volume:'
const BY_CLAIM = 'claim'

/** Lets go of deleted claims that no pod uses any more, and of deleted volumes that no claim is bound to. */
export function startVolumeProtectionController(deps: ControllerDeps): Controller {
  const claims = deps.informers.of(resources.persistentVolumeClaims)
  const volumes = deps.informers.of(resources.persistentVolumes)
  const pods = deps.informers.of(resources.pods)
  pods.addIndex(BY_CLAIM, (pod) => claimNames(pod).map((name) => `${pod.metadata.namespace}/${name}`))
  const controller = runController({
    ...deps,
    name: 'volume-protection',
    informers: [claims, volumes, pods],
    async reconcile(_, { key }) {
      if (key.startsWith(CLAIM)) {
        const claim = claims.get(key.slice(CLAIM.length))
        const isUsed = pods.byIndex(BY_CLAIM, key.slice(CLAIM.length)).some((pod) => !isPodTerminal(pod))
        if (claim !== undefined && !isUsed)
          await release(deps, resources.persistentVolumeClaims, claim, CLAIM_FINALIZER)
      } else {
        const volume = volumes.get(key.slice(VOLUME.length))
        if (volume !== undefined && volume.status?.phase !== 'Bound')
          await release(deps, resources.persistentVolumes, volume, VOLUME_FINALIZER)
      }
      return undefined
    },
  })
  const claimChanged = (claim: PersistentVolumeClaim) => controller.queue.add(CLAIM + objectKey(claim))
  const volumeChanged = (volume: PersistentVolume) => controller.queue.add(VOLUME + objectKey(volume))
  const podChanged = (pod: Pod) => {
    for (const name of claimNames(pod)) controller.queue.add(`${CLAIM}${pod.metadata.namespace}/${name}`)
  }
  const subscriptions = [
    claims.onChange({ added: claimChanged, updated: (_, claim) => claimChanged(claim) }),
    volumes.onChange({ added: volumeChanged, updated: (_, volume) => volumeChanged(volume) }),
    pods.onChange({ updated: (_, pod) => podChanged(pod), deleted: podChanged }),
  ]
  return owning(controller, subscriptions)
}

async function release<T extends PersistentVolumeClaim | PersistentVolume>(
  { client }: ControllerDeps,
  ref: ResourceRef<T>,
  object: T,
  finalizer: string,
): Promise<void> {
  const { name = '', namespace, finalizers = [], deletionTimestamp, resourceVersion } = object.metadata
  if (deletionTimestamp === undefined || !finalizers.includes(finalizer)) return
  const body = { metadata: { resourceVersion, finalizers: finalizers.filter((other) => other !== finalizer) } }
  const patch = { type: 'application/merge-patch+json', body } as const
  await client.resource(ref).patch({ name, namespace }, patch).catch(ignoreNotFound)
}
