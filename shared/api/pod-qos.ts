import { compareQuantities, parseQuantity } from './quantity.ts'
import type { Pod, ResourceRequirements } from './types/core-v1.ts'

type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

/** ComputePodQOS: by the CPU and memory of all containers, or of the pod where it has a budget of its own. */
export function qosClass(pod: Pod): QosClass {
  const { spec } = pod
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]
  const all: ResourceRequirements[] = spec?.resources
    ? [spec.resources as ResourceRequirements]
    : containers.map(({ resources }) => resources ?? {})
  const asked = all.some(({ requests, limits }) => asksFor(requests) || asksFor(limits))
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

function asksFor(list: Record<string, string> | undefined): boolean {
  return ['cpu', 'memory'].some((name) => {
    const text = list?.[name]
    return text !== undefined && parseQuantity(text).mantissa > 0n
  })
}
