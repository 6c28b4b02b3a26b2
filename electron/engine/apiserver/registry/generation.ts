import type { KubeObject } from '../../../../shared/api/object.ts'
import { semanticallyEqual } from './json-value.ts'
import type { Resource } from './resource.ts'

type WithSpec = KubeObject & { spec?: unknown; webhooks?: unknown }

/** Kinds whose strategies count metadata.generation; custom resources all do. */
const COUNTED: ReadonlySet<string> = new Set([
  'pods',
  'replicationcontrollers',
  'podtemplates',
  'daemonsets.apps',
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'cronjobs.batch',
  'jobs.batch',
  'ingresses.networking.k8s.io',
  'ingressclasses.networking.k8s.io',
  'networkpolicies.networking.k8s.io',
  'poddisruptionbudgets.policy',
  'endpointslices.discovery.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'mutatingadmissionpolicies.admissionregistration.k8s.io',
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
  'priorityclasses.scheduling.k8s.io',
  'resourceslices.resource.k8s.io',
  'deviceclasses.resource.k8s.io',
])

function isCounted(resource: Resource): boolean {
  return resource.type === '' || COUNTED.has(resource.storageKey)
}

/** Kinds that do not count keep the number they were sent. */
export function startGeneration(resource: Resource, object: KubeObject): void {
  if (isCounted(resource)) object.metadata.generation = 1
}

/** The generation grows when what the user wants changes: all but metadata and status. */
export function countGeneration(resource: Resource, object: KubeObject, old: KubeObject, subresource: string): void {
  const isOther = subresource === 'status' || subresource === 'binding'
  if (!isCounted(resource) || isOther || isUnchanged(resource, object, old)) return
  object.metadata.generation = (old.metadata.generation ?? 0) + 1
}

function isUnchanged(resource: Resource, object: KubeObject, old: KubeObject): boolean {
  const names = new Set([...Object.keys(object), ...Object.keys(old)])
  for (const name of ['kind', 'apiVersion', 'metadata', 'status']) names.delete(name)
  const members = object as unknown as Record<string, unknown>
  const before = old as unknown as Record<string, unknown>
  for (const name of names) if (!semanticallyEqual(members[name], before[name])) return false
  // Proxies read the labels of a slice too.
  if (resource.storageKey === 'endpointslices.discovery.k8s.io')
    return semanticallyEqual(object.metadata.labels ?? [], old.metadata.labels ?? [])
  if (resource.storageKey !== 'deployments.apps') return true
  return semanticallyEqual((object as WithSpec).metadata.annotations ?? [], old.metadata.annotations ?? [])
}
