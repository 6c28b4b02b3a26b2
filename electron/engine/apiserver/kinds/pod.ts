import { compareQuantities, parseQuantity } from '../../../../shared/api/quantity.ts'
import type { Pod, ResourceRequirements } from '../../../../shared/api/types/core-v1.ts'
import { cloneJson } from '../registry/json-value.ts'
import { defaultPodSpec } from './pod-spec-defaults.ts'
import type { KindStrategy } from './strategy.ts'

export const podStrategy: KindStrategy<Pod> = {
  defaults(pod) {
    if (!pod.spec) return
    pod.spec.enableServiceLinks ??= true
    defaultPodSpec(pod.spec)
  },
  prepareCreate(pod) {
    pod.metadata.generation = 1
    pod.status = { phase: 'Pending', qosClass: qosClass(pod) }
    if (pod.spec?.schedulingGates?.length) {
      const message = 'Scheduling is blocked due to non-empty scheduling gates'
      pod.status.conditions = [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message }]
    }
  },
  prepareUpdate(pod, old, _context, subresource) {
    if (subresource === 'ephemeralcontainers') keepAllBut(pod, old, ['ephemeralContainers'])
    if (subresource === 'status') {
      if (pod.status) pod.status.qosClass = old.status?.qosClass as string
      return
    }
    if (pod.status && old.status) pod.status = cloneJson(old.status)
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

function keepAllBut(pod: Pod, old: Pod, fields: readonly string[]): void {
  const spec = cloneJson(old.spec) as unknown as Record<string, unknown>
  for (const field of fields) spec[field] = (pod.spec as unknown as Record<string, unknown>)[field]
  pod.spec = spec as unknown as NonNullable<Pod['spec']>
  pod.metadata = { ...cloneJson(old.metadata), managedFields: pod.metadata.managedFields ?? [] }
}

/** ComputePodQOS: by the CPU and memory of all containers. */
export function qosClass(pod: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const { spec } = pod
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]
  const all: ResourceRequirements[] = spec?.resources
    ? [spec.resources as ResourceRequirements]
    : containers.map(({ resources }) => resources ?? {})
  const asked = all.some(({ requests, limits }) => positive(requests).length > 0 || positive(limits).length > 0)
  if (!asked) return 'BestEffort'
  return all.every(isGuaranteed) ? 'Guaranteed' : 'Burstable'
}

function isGuaranteed({ requests, limits }: ResourceRequirements): boolean {
  return ['cpu', 'memory'].every((name) => {
    const limit = limits?.[name]
    if (limit === undefined || parseQuantity(limit).mantissa === 0n) return false
    const request = requests?.[name]
    return request === undefined || compareQuantities(parseQuantity(request), parseQuantity(limit)) === 0
  })
}

function positive(list: Record<string, string> | undefined): string[] {
  return Object.keys(list ?? {}).filter(
    (name) => (name === 'cpu' || name === 'memory') && parseQuantity(list?.[name] as string).mantissa !== 0n,
  )
}
