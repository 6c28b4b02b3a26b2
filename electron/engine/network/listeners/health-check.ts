import type { RequestListener } from 'node:http'
import type { Service } from '../../../../shared/api/types/core-v1.ts'
import type { EndpointSlice } from '../../../../shared/api/types/discovery-v1.ts'

const SERVICE_NAME_LABEL = 'kubernetes.io/service-name'

/**
 * What `healthCheckNodePort` answers: 200 while a load balancer may send traffic to the node, else 503, with how many
 * endpoints are local to it. The laptop stands before all nodes, so every ready endpoint counts as local.
 */
export function answerHealthCheck(
  { metadata: { namespace, name } }: Service,
  slicesNow: () => readonly EndpointSlice[],
): RequestListener {
  return (_, answer) => {
    const localEndpoints = countReady(
      slicesNow().filter(
        ({ metadata }) => metadata.namespace === namespace && metadata.labels?.[SERVICE_NAME_LABEL] === name,
      ),
    )
    const body = { service: { namespace, name }, localEndpoints, serviceProxyHealthy: true }
    answer.writeHead(localEndpoints > 0 ? 200 : 503, {
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'x-load-balancing-endpoint-weight': String(localEndpoints),
    })
    answer.end(JSON.stringify(body, null, '\t'))
  }
}

function countReady(slices: readonly EndpointSlice[]): number {
  const ready = slices
    .filter(({ addressType }) => addressType === 'IPv4')
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions, nodeName }) => (conditions?.ready ?? true) && nodeName)
  return new Set(ready.map(({ addresses }) => addresses[0])).size
}
