import type { PodTemplateSpec } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, forbidden } from '../../machinery/field-error.ts'
import { checkAnnotations, checkLabels } from '../checks.ts'
import { toleratedOf } from './tolerated.ts'
import { checkPodAnnotations, checkProfilesMatch } from './validate-annotations.ts'
import { checkPodSpec } from './validate-pod-spec.ts'

/** ValidatePodTemplateSpec; `old` is the stored template, whose own mistakes are tolerated. */
export function checkPodTemplate(
  errors: FieldError[],
  path: string,
  template: PodTemplateSpec,
  old?: PodTemplateSpec,
): void {
  const { labels, annotations } = template.metadata ?? {}
  const spec = template.spec ?? { containers: [] }
  const tolerated = toleratedOf(old?.spec, old?.metadata?.annotations)
  checkLabels(errors, `${path}.labels`, labels)
  checkAnnotations(errors, `${path}.annotations`, annotations)
  checkPodAnnotations(errors, `${path}.annotations`, { annotations, spec, tolerated })
  checkPodSpec(errors, `${path}.spec`, spec, { tolerated })
  checkProfilesMatch(errors, `${path}.spec`, annotations, spec)
  if (spec.ephemeralContainers?.length) {
    errors.push(forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'))
  }
}
