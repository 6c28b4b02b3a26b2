import type { KubeObject } from '../../../../shared/api/object.ts'
import type { APIService } from '../../../../shared/api/types/apiregistration-v1.ts'
import type { AdmissionPlugin } from './admission.ts'

const NO_WEBHOOKS = 'admission webhooks are kept but not called by this cluster: none changes or refuses a request'
const NO_POLICIES = 'admission policies are kept but not evaluated by this cluster: none changes or refuses a request'
const NO_AGGREGATION =
  'API services are kept but requests are not passed on to them by this cluster: their group is not served'

const WARNINGS: Readonly<Record<string, string>> = {
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': NO_WEBHOOKS,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': NO_WEBHOOKS,
  'mutatingadmissionpolicies.admissionregistration.k8s.io': NO_POLICIES,
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': NO_POLICIES,
  'validatingadmissionpolicies.admissionregistration.k8s.io': NO_POLICIES,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': NO_POLICIES,
  'apiservices.apiregistration.k8s.io': NO_AGGREGATION,
}

/**
 * Tells whoever writes an object that Kubernetes would act on and this server only keeps, so that nobody relies on it.
 * Not in a dry run, whose answer is Kubernetes' to the letter.
 */
export const unenforced: AdmissionPlugin = {
  name: 'Unenforced',
  resources: new Set(Object.keys(WARNINGS)),
  validate({ operation, call, object }) {
    if (object === undefined || operation === 'DELETE' || call.dryRun || call.subresource !== '') return
    const warning = WARNINGS[call.resource.storageKey]
    if (warning !== undefined && isActedUpon(object) && !call.warnings.includes(warning)) call.warnings.push(warning)
  },
}

/** An API service without a Service only names a group that the server itself serves. */
function isActedUpon(object: KubeObject): boolean {
  return object.kind !== 'APIService' || (object as APIService).spec?.service !== undefined
}
