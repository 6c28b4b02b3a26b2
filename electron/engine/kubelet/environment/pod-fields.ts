import { goQuote } from '../../../../shared/api/go-text.ts'
import { parseQuantity, quantityMilliValue, quantityValue } from '../../../../shared/api/quantity.ts'
import type { Container, Pod, ResourceFieldSelector } from '../../../../shared/api/types/core-v1.ts'
import { findContainer, podSpec } from '../pod-containers.ts'

/** What fieldRef can say of a pod beyond its object: addresses known before its status is written. */
export interface PodAddresses {
  readonly hostIP: string
  readonly podIP: string
}

/** The value of a downward API field; throws for one that does not exist. */
export function podField(pod: Pod, path: string, addresses: PodAddresses): string {
  const { metadata } = pod
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path)
  if (subscript) return metadata[subscript[1] as 'labels' | 'annotations']?.[subscript[2] ?? ''] ?? ''
  const spec = podSpec(pod)
  switch (path) {
    case 'metadata.name':
      return metadata.name ?? ''
    case 'metadata.namespace':
      return metadata.namespace ?? ''
    case 'metadata.uid':
      return metadata.uid ?? ''
    case 'metadata.labels':
      return formatMap(metadata.labels)
    case 'metadata.annotations':
      return formatMap(metadata.annotations)
    case 'spec.nodeName':
      return spec.nodeName ?? ''
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? ''
    case 'status.hostIP':
    case 'status.hostIPs':
      return addresses.hostIP
    case 'status.podIP':
    case 'status.podIPs':
      return addresses.podIP
    default:
      throw new Error(`unsupported fieldPath: ${path}`)
  }
}

/** One `key="value"` a line, sorted, as downward API volumes show maps. */
function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .map(([key, value]) => `${key}=${goQuote(value)}`)
    .sort()
    .join('\n')
}

/** A container's request or limit; without one, what the node can give. */
export function resourceField(
  pod: Pod,
  own: Container | undefined,
  selector: ResourceFieldSelector,
  allocatable: Readonly<Record<string, string>>,
): string {
  const container = selector.containerName ? findContainer(pod, selector.containerName)?.spec : own
  if (!container) throw new Error(`container ${selector.containerName} not found`)
  const [kind = '', ...rest] = selector.resource.split('.')
  const resource = rest.join('.')
  const { requests, limits } = container.resources ?? {}
  const declared = kind === 'limits' ? limits?.[resource] : requests?.[resource]
  const text = declared ?? (kind === 'limits' ? allocatable[resource] : undefined) ?? '0'
  const divisor = selector.divisor && selector.divisor !== '0' ? selector.divisor : '1'
  const amountOf = resource === 'cpu' ? quantityMilliValue : quantityValue
  return String(Math.ceil(amountOf(parseQuantity(text)) / amountOf(parseQuantity(divisor))))
}
