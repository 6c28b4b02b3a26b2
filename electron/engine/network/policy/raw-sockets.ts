import { includesRawSockets } from '../../../../shared/api/capabilities.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'

export const RAW_SOCKETS_KEPT =
  'A NetworkPolicy isolates the egress of this pod, whose containers were started before with raw sockets: packets that they make by hand go around it until the pod is made anew'

/** Whether some container runs that was given raw sockets, as all are that do not drop them. */
export function hasRawSockets({ spec, status }: Pod): boolean {
  const running = new Set(
    [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].flatMap(({ name, state }) =>
      state?.running ? [name] : [],
    ),
  )
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(({ name, securityContext }) => {
    const { add = [], drop = [] } = securityContext?.capabilities ?? {}
    // What is asked for by name is given under policies too: that is no news.
    return running.has(name) && !includesRawSockets(drop) && !includesRawSockets(add)
  })
}
