import { type KubeObject, objectKey } from '../../../shared/api/object.ts'
import type { PodInfo } from './pod-info.ts'

/** Whether a change of a claim, volume or class may be about the pod's claims: of claims only its own are. */
export function concernsClaims({ claims }: PodInfo, object: KubeObject): boolean {
  return object.kind !== 'PersistentVolumeClaim' || claims.includes(objectKey(object))
}
