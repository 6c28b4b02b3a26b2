import type { Pod, PodSpec } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, forbidden } from '../../machinery/field-error.ts'
import { NOTHING_TOLERATED, type Tolerated } from './pod-rules.ts'
import { checkPodAnnotations, checkProfilesMatch } from './validate-annotations.ts'
import { checkImageSpaces } from './validate-container.ts'
import { checkPodSpec } from './validate-pod-spec.ts'

/** ValidatePodCreate without what is true of every object's metadata. */
export function validateNewPod(pod: Pod): FieldError[] {
  const errors: FieldError[] = []
  const spec = checkPod(errors, pod, NOTHING_TOLERATED)
  if (spec.ephemeralContainers?.length) errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'))
  if (spec.nodeName && spec.schedulingGates?.length) {
    errors.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'))
  }
  checkProfilesMatch(errors, 'spec', pod.metadata.annotations, spec)
  return errors
}

/** validatePodMetadataAndSpec: what is true of every version of a pod. */
export function checkPod(errors: FieldError[], pod: Pod, tolerated: Tolerated): PodSpec {
  const spec = pod.spec ?? { containers: [] }
  const { annotations } = pod.metadata
  checkPodAnnotations(errors, 'metadata.annotations', { annotations, spec, tolerated })
  checkPodSpec(errors, 'spec', spec, { meta: pod.metadata, isPod: true, tolerated })
  if (!spec.serviceAccountName) checkNoTokens(errors, spec)
  for (const list of ['containers', 'initContainers'] as const) {
    spec[list]?.forEach((container, at) => {
      checkImageSpaces(errors, `spec.${list}[${at}]`, container)
    })
  }
  return spec
}

function checkNoTokens(errors: FieldError[], spec: PodSpec): void {
  spec.volumes?.forEach(({ projected }, at) => {
    projected?.sources?.forEach(({ serviceAccountToken }, position) => {
      if (!serviceAccountToken) return
      const path = `spec.volumes[${at}].projected.sources[${position}].serviceAccountToken`
      errors.push(forbidden(path, 'must not be specified when serviceAccountName is not set'))
    })
  })
}
