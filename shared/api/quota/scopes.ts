import type { KubeObject } from '../object.ts'
import { qosClass } from '../pod-qos.ts'
import type { Pod, ResourceQuotaSpec, ScopedResourceSelectorRequirement } from '../types/core-v1.ts'

/** Whether a quota counts an object: its scopes all hold. Only pods have scopes, so a scoped quota counts nothing else. */
export function inScope(spec: ResourceQuotaSpec, storageKey: string, object: KubeObject): boolean {
  const requirements: ScopedResourceSelectorRequirement[] = [
    ...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' })),
    ...(spec.scopeSelector?.matchExpressions ?? []),
  ]
  if (requirements.length === 0) return true
  return storageKey === 'pods' && requirements.every((requirement) => holds(requirement, object as Pod))
}

function holds({ scopeName, operator, values = [] }: ScopedResourceSelectorRequirement, pod: Pod): boolean {
  const { spec } = pod
  switch (scopeName) {
    case 'Terminating':
      return (spec?.activeDeadlineSeconds ?? -1) >= 0
    case 'NotTerminating':
      return (spec?.activeDeadlineSeconds ?? -1) < 0
    case 'BestEffort':
      return qosClass(pod) === 'BestEffort'
    case 'NotBestEffort':
      return qosClass(pod) !== 'BestEffort'
    case 'CrossNamespacePodAffinity':
      return reachesOtherNamespaces(pod)
    case 'PriorityClass':
      return named(spec?.priorityClassName ?? '', operator, values)
    default:
      return false
  }
}

function named(name: string, operator: string, values: readonly string[]): boolean {
  if (operator === 'Exists') return name !== ''
  if (operator === 'DoesNotExist') return name === ''
  return operator === 'In' ? values.includes(name) : !values.includes(name)
}

function reachesOtherNamespaces({ spec }: Pod): boolean {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {}
  const terms = [podAffinity, podAntiAffinity].flatMap((affinity) => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ])
  return terms.some(({ namespaces, namespaceSelector }) => namespaces?.length || namespaceSelector !== undefined)
}
