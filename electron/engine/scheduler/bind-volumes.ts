import { matchesNodeSelectorTerms } from '../../../shared/api/node-selector.ts'
import { claimNameOf } from '../../../shared/api/pod-claims.ts'
import { resources } from '../../../shared/api/resources.ts'
import { bestVolume, isClaimBound, NO_PROVISIONER, SELECTED_NODE, storageClassOf } from '../../../shared/api/storage.ts'
import type { Node, PersistentVolumeClaim, Pod } from '../../../shared/api/types/core-v1.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'
import type { Client } from '../client/client.ts'
import type { Informers } from '../controller/informers.ts'

export interface VolumeBindingDeps {
  readonly client: Client
  readonly informers: Informers
  readonly clock: Clock
  /** How long a pod waits for its volumes before it is scheduled anew. */
  readonly bindTimeoutMs: number
}

/**
 * Has the pod's unbound claims bound for the node that was chosen, and waits until they are; at once when all are. Throws
 * when that takes too long or a claim goes away: the pod must then be placed anew.
 */
export async function bindVolumes(deps: VolumeBindingDeps, pod: Pod, node: Node): Promise<void> {
  const claims = deps.informers.of(resources.persistentVolumeClaims)
  const keys = (pod.spec?.volumes ?? []).flatMap((volume) => {
    const name = claimNameOf(pod, volume)
    return name === undefined ? [] : [`${pod.metadata.namespace}/${name}`]
  })
  const open = keys.filter((key) => !isBound(claims.get(key)))
  if (open.length === 0) return
  const taken = new Set<string>()
  for (const key of open) {
    const claim = claims.get(key)
    if (claim !== undefined) await chooseFor(deps, claim, { node, taken })
  }
  await untilBound(deps, open)
}

function isBound(claim: PersistentVolumeClaim | undefined): boolean {
  return claim !== undefined && isClaimBound(claim) && claim.status?.phase === 'Bound'
}

interface Choice {
  readonly node: Node
  /** Volumes that other claims of the pod got: the cache does not show it yet. */
  readonly taken: Set<string>
}

async function chooseFor(
  deps: VolumeBindingDeps,
  claim: PersistentVolumeClaim,
  { node, taken }: Choice,
): Promise<void> {
  const { client, informers } = deps
  const { name = '', namespace, uid } = claim.metadata
  const storageClass = informers.of(resources.storageClasses).get(storageClassOf(claim))
  if (storageClass?.provisioner !== NO_PROVISIONER) {
    const body = { metadata: { annotations: { [SELECTED_NODE]: node.metadata.name } } }
    const patch = { type: 'application/merge-patch+json', body } as const
    await client.resource(resources.persistentVolumeClaims).patch({ name, namespace }, patch)
    return
  }
  const here = informers
    .of(resources.persistentVolumes)
    .list()
    .filter(({ spec, metadata }) => {
      if (taken.has(metadata.name ?? '')) return false
      const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms
      return terms === undefined || matchesNodeSelectorTerms(node, terms)
    })
  const volume = bestVolume(claim, here)
  if (volume === undefined) throw new Error(`no volume for claim ${namespace}/${name} on node ${node.metadata.name}`)
  taken.add(volume.metadata.name ?? '')
  const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', name, namespace, uid }
  await client.resource(resources.persistentVolumes).update({ ...volume, spec: { ...volume.spec, claimRef } })
}

function untilBound({ informers, clock, bindTimeoutMs }: VolumeBindingDeps, keys: readonly string[]): Promise<void> {
  const claims = informers.of(resources.persistentVolumeClaims)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const ends: Disposable[] = []
  const check = () => {
    const gone = keys.find((key) => claims.get(key) === undefined)
    if (gone !== undefined) reject(new Error(`persistentvolumeclaim "${gone}" not found`))
    else if (keys.every((key) => isBound(claims.get(key)))) resolve()
  }
  ends.push(clock.after(bindTimeoutMs, () => reject(new Error('timed out waiting for the volumes to be bound'))))
  ends.push(claims.onChange({ added: check, updated: check, deleted: check }))
  check()
  return promise.finally(() => {
    for (const end of ends) end.dispose()
  })
}
