import { dns1123Label } from '../../../../shared/api/names.ts'
import type { Pod, PodTemplate } from '../../../../shared/api/types/core-v1.ts'
import type { FieldError } from '../machinery/field-error.ts'
import { defaultPodSpec } from './pod/defaults.ts'
import { dropDisabledFields } from './pod/drop-disabled.ts'
import { defaultPod } from './pod/pod-defaults.ts'
import { prepareNewPod, preparePodUpdate } from './pod/prepare-pod.ts'
import { validateNewPod } from './pod/validate-pod.ts'
import { validatePodStatus } from './pod/validate-pod-status.ts'
import { validateEphemeralContainers, validateResize } from './pod/validate-pod-subresources.ts'
import { checkPodTemplate } from './pod/validate-pod-template.ts'
import { validatePodUpdate } from './pod/validate-pod-update.ts'
import { podWarnings } from './pod/warnings.ts'
import type { KindStrategy } from './strategy.ts'

export const podStrategy: KindStrategy<Pod> = {
  defaults: defaultPod,
  prepareCreate: prepareNewPod,
  prepareUpdate(pod, old, _context, subresource) {
    preparePodUpdate(pod, old, subresource)
  },
  validate: validateNewPod,
  validateUpdate(pod, old, _context, subresource) {
    // BindingREST writes past the strategy: it alone may set the node.
    if (subresource === 'binding') return []
    if (subresource === 'status') return validatePodStatus(pod, old)
    if (subresource === 'ephemeralcontainers') return validateEphemeralContainers(pod, old)
    if (subresource === 'resize') return validateResize(pod, old)
    return validatePodUpdate(pod, old)
  },
  // Updates of pods are frequent and seldom by hand: they warn of nothing.
  warnings(pod, old) {
    if (old) return []
    const label = dns1123Label(pod.metadata.name ?? '')
    const advice = 'which can result in surprising behavior; a DNS label is recommended'
    const ofName =
      label.length > 0 ? [`metadata.name: this is used in the Pod's hostname, ${advice}: [${label.join(' ')}]`] : []
    return [...ofName, ...podWarnings('', pod.spec, pod.metadata.annotations)]
  },
  // A pod that no kubelet has, or that has ended, goes at once.
  gracePeriodSeconds(pod, requested) {
    const period = requested ?? pod.spec?.terminationGracePeriodSeconds ?? 30
    const { phase } = pod.status ?? {}
    if (!pod.spec?.nodeName || phase === 'Failed' || phase === 'Succeeded') return 0
    return period < 0 ? 1 : period
  },
  selectableFields(pod) {
    const { spec, status } = pod
    return {
      'spec.nodeName': spec?.nodeName ?? '',
      'spec.restartPolicy': spec?.restartPolicy ?? '',
      'spec.schedulerName': spec?.schedulerName ?? '',
      'spec.serviceAccountName': spec?.serviceAccountName ?? '',
      'spec.hostNetwork': String(spec?.hostNetwork ?? false),
      'status.phase': status?.phase ?? '',
      'status.podIP': status?.podIP ?? '',
      'status.podIPs': status?.podIP ?? '',
      'status.nominatedNodeName': status?.nominatedNodeName ?? '',
    }
  },
}

function validateTemplate(object: PodTemplate, old?: PodTemplate): FieldError[] {
  const errors: FieldError[] = []
  checkPodTemplate(errors, 'template', object.template ?? {}, old?.template)
  return errors
}

export const podTemplateStrategy: KindStrategy<PodTemplate> = {
  defaults: ({ template }) => {
    if (template?.spec) defaultPodSpec(template.spec)
  },
  prepareCreate: ({ template }) => dropDisabledFields(template?.spec),
  prepareUpdate: ({ template }, old) => dropDisabledFields(template?.spec, old.template?.spec),
  validate: (object) => validateTemplate(object),
  validateUpdate: validateTemplate,
  warnings: ({ template }) => podWarnings('template', template?.spec, template?.metadata?.annotations),
}
