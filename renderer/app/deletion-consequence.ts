import type { KubeObject } from '../../shared/api/object.ts'
import type { Pod } from '../../shared/api/types/core-v1.ts'
import type { Messages } from '../messages/en.ts'

const DEFAULT_GRACE_SECONDS = 30

/** What deleting an object leads to, for the person who is about to do it. `pods` is how many depend on it. */
export function deletionConsequence(object: KubeObject, pods: number, text: Messages): string {
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller)
  const ownerName = owner === undefined ? undefined : `${owner.kind} ${owner.name}`
  switch (object.kind) {
    case 'Pod': {
      const seconds = (object as Pod).spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS
      return ownerName === undefined ? text.confirm.podGone(seconds) : text.confirm.podReplaced(ownerName, seconds)
    }
    case 'Deployment':
      return text.confirm.deploymentGone(pods)
    case 'ReplicaSet':
      return ownerName === undefined ? text.confirm.replicaSetGone(pods) : text.confirm.replicaSetReplaced(ownerName)
    case 'Service':
      return text.confirm.serviceGone
    case 'ConfigMap':
    case 'Secret':
      return text.confirm.configGone
    case 'Namespace':
      return text.confirm.namespaceGone(pods)
    case 'Node':
      return text.confirm.nodeGone(pods)
    case 'Event':
      return text.confirm.eventGone
    default:
      return text.confirm.plain
  }
}
