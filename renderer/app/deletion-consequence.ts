import type { KubeObject } from '../../shared/api/object.ts'
import { isPodTerminal } from '../../shared/api/pod-state.ts'
import type { StatefulSet } from '../../shared/api/types/apps-v1.ts'
import type { Pod } from '../../shared/api/types/core-v1.ts'
import type { Messages } from '../messages/en.ts'

const DEFAULT_GRACE_SECONDS = 30

/** What deleting an object leads to, for the person who is about to do it. `pods` is how many depend on it. */
export function deletionConsequence(object: KubeObject, pods: number, text: Messages): string {
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller)
  const ownerName = owner === undefined ? undefined : `${owner.kind} ${owner.name}`
  switch (object.kind) {
    case 'Pod': {
      if (owner?.kind === 'Job' && isPodTerminal(object as Pod)) return text.confirm.podFinished
      const seconds = (object as Pod).spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS
      return ownerName === undefined ? text.confirm.podGone(seconds) : text.confirm.podReplaced(ownerName, seconds)
    }
    case 'Deployment':
      return text.confirm.deploymentGone(pods)
    case 'ReplicaSet':
      return ownerName === undefined ? text.confirm.replicaSetGone(pods) : text.confirm.replicaSetReplaced(ownerName)
    case 'StatefulSet':
      return text.confirm[deletesClaims(object as StatefulSet) ? 'statefulSetGoneWithData' : 'statefulSetGone'](pods)
    case 'DaemonSet':
      return text.confirm.daemonSetGone(pods)
    case 'Job':
      return text.confirm.jobGone(pods)
    case 'CronJob':
      return text.confirm.cronJobGone
    case 'PersistentVolumeClaim':
      return pods === 0 ? text.confirm.claimGone : text.confirm.claimInUse(pods)
    case 'PersistentVolume':
      return text.confirm.volumeGone
    case 'StorageClass':
      return text.confirm.storageClassGone
    case 'HorizontalPodAutoscaler':
      return text.confirm.autoscalerGone
    case 'PodDisruptionBudget':
      return text.confirm.budgetGone
    case 'Ingress':
      return text.confirm.ingressGone
    case 'NetworkPolicy':
      return text.confirm.policyGone(pods)
    case 'EndpointSlice':
      return text.confirm.sliceGone
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

function deletesClaims({ spec }: StatefulSet): boolean {
  return (
    (spec?.volumeClaimTemplates ?? []).length > 0 &&
    spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted === 'Delete'
  )
}

/** Kinds whose deletion takes data with it: their name must be typed. */
export function losesData(object: KubeObject): boolean {
  if (object.kind === 'StatefulSet') return deletesClaims(object as StatefulSet)
  return object.kind === 'Namespace' || object.kind === 'PersistentVolumeClaim'
}
