import type { Resource } from './resource.ts'

/** How a kind's own validation looks at metadata, beside what the generic registry does for every kind. */
export interface MetaRules {
  /** False where only apimachinery's rules hold: core also wants finalizers without a domain to be standard ones. */
  readonly knowsFinalizers: boolean
  /** How many times its update validation runs ValidateObjectMeta. */
  readonly wholes: number
  /** How many times it runs ValidateObjectMetaUpdate. */
  readonly updates: number
}

const CORE: MetaRules = { knowsFinalizers: true, wholes: 1, updates: 1 }
const CORE_UPDATE: MetaRules = { ...CORE, wholes: 0 }
const CORE_WHOLE: MetaRules = { ...CORE, updates: 0 }
const CORE_TWICE: MetaRules = { ...CORE, wholes: 2, updates: 0 }
const MACHINERY: MetaRules = { ...CORE, knowsFinalizers: false }
const MACHINERY_UPDATE: MetaRules = { ...MACHINERY, wholes: 0 }
const MACHINERY_WHOLE: MetaRules = { ...MACHINERY, updates: 0 }
const NONE: MetaRules = { ...MACHINERY, wholes: 0, updates: 0 }

/** The kinds that differ from CORE, by storage key. */
const RULES: Readonly<Record<string, MetaRules>> = {
  events: NONE,
  limitranges: CORE_WHOLE,
  persistentvolumes: CORE_TWICE,
  podtemplates: CORE_UPDATE,
  resourcequotas: CORE_UPDATE,
  services: CORE_UPDATE,
  'apiservices.apiregistration.k8s.io': MACHINERY,
  'cronjobs.batch': CORE_UPDATE,
  'csidrivers.storage.k8s.io': CORE_UPDATE,
  'csistoragecapacities.storage.k8s.io': CORE_WHOLE,
  'customresourcedefinitions.apiextensions.k8s.io': MACHINERY_UPDATE,
  'deployments.apps': CORE_UPDATE,
  'endpointslices.discovery.k8s.io': CORE_WHOLE,
  'flowschemas.flowcontrol.apiserver.k8s.io': CORE_WHOLE,
  'horizontalpodautoscalers.autoscaling': CORE_UPDATE,
  'leases.coordination.k8s.io': MACHINERY_UPDATE,
  'mutatingadmissionpolicies.admissionregistration.k8s.io': MACHINERY_WHOLE,
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': MACHINERY_WHOLE,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': MACHINERY_WHOLE,
  'poddisruptionbudgets.policy': NONE,
  'priorityclasses.scheduling.k8s.io': CORE_UPDATE,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': CORE_WHOLE,
  'resourceclaims.resource.k8s.io': CORE_UPDATE,
  'runtimeclasses.node.k8s.io': CORE_UPDATE,
  'statefulsets.apps': CORE_UPDATE,
  'validatingadmissionpolicies.admissionregistration.k8s.io': MACHINERY_WHOLE,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': MACHINERY_WHOLE,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': MACHINERY_WHOLE,
  'volumeattachments.storage.k8s.io': CORE_TWICE,
}

export function metaRulesOf(resource: Resource, subresource: string): MetaRules {
  if (resource.type === '') return MACHINERY_UPDATE
  const rules = RULES[resource.storageKey] ?? CORE
  // Status updates look at the change only.
  return subresource === '' || rules === NONE ? rules : { ...rules, wholes: 0, updates: 1 }
}
