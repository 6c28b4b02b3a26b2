import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { newBadRequest } from '../machinery/api-errors.ts'

/** Subresources of pods that are streams: the connection is taken over. */
export const STREAMED: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward'])

/** What Kubernetes looks at before it turns to the kubelet: that there is such a container, and a node. */
export function checkStreamTarget(pod: Pod, subresource: string, query: URLSearchParams): void {
  if (subresource !== 'portforward') podContainer(pod, query.get('container') ?? '')
  if (!pod.spec?.nodeName) throw newBadRequest(`pod ${pod.metadata.name} does not have a host assigned`)
}

/**
 * The container that a request on a pod means (registry/core/pod's rules): the only one when none is named, else one
 * of the pod's. Throws BadRequest in Kubernetes' words.
 */
export function podContainer(pod: Pod, wanted: string): string {
  const names = (list: readonly { name: string }[] | undefined) => (list ?? []).map(({ name }) => name)
  const containers = names(pod.spec?.containers)
  const init = names(pod.spec?.initContainers)
  const ephemeral = names(pod.spec?.ephemeralContainers)
  const name = pod.metadata.name ?? ''
  if (wanted !== '') {
    if ([...containers, ...init, ...ephemeral].includes(wanted)) return wanted
    throw newBadRequest(`container ${wanted} is not valid for pod ${name}`)
  }
  if (containers.length === 1) return containers[0] as string
  const choices = `choose one of: [${containers.join(' ')}]`
  const others = init.length > 0 ? ` or one of the init containers: [${init.join(' ')}]` : ''
  throw newBadRequest(`a container name must be specified for pod ${name}, ${choices}${others}`)
}
