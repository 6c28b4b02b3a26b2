import type { KubeObject } from '../../../../shared/api/object.ts'
import type { Scale } from '../../../../shared/api/types/autoscaling-v1.ts'
import type { HorizontalPodAutoscaler } from '../../../../shared/api/types/autoscaling-v2.ts'
import type { Client } from '../../client/client.ts'
import type { DiscoveredResource, Discovery } from '../../client/discovery.ts'

export interface ScaleTarget {
  readonly ref: DiscoveredResource
  readonly scale: Scale & KubeObject
}

/**
 * The scale of what an autoscaler names: of any resource that has one, custom resources too. As the API group says
 * which resource is meant, its version does not matter. Throws with what the condition says where there is none.
 */
export async function readScale(
  { client, discovery }: { readonly client: Client; readonly discovery: Discovery },
  { metadata, spec }: HorizontalPodAutoscaler,
): Promise<ScaleTarget> {
  const { apiVersion = '', kind, name } = spec.scaleTargetRef
  const parts = apiVersion.split('/')
  if (parts.length > 2) throw new Error(`unexpected GroupVersion string: ${apiVersion}`)
  const group = parts.length === 2 ? parts[0] : ''
  const ref = discovery.resources().find((resource) => resource.group === group && resource.kind === kind)
  if (ref === undefined) throw new Error(`no matches for kind "${kind}" in group "${group}"`)
  return { ref, scale: await client.resource(ref).getScale(name, metadata.namespace) }
}
