import type { ResourceRef } from '../../../shared/api/resources.ts'
import type { Event } from '../../../shared/lang/emitter.ts'
import type { Registry } from '../apiserver/registry/registry.ts'

export interface DiscoveredResource extends ResourceRef {
  readonly verbs: ReadonlySet<string>
}

/** Which resources the server has now, for controllers that treat all of them alike. */
export interface Discovery {
  /** Every stored resource once, in the version it is stored in. */
  resources(): readonly DiscoveredResource[]
  /** The resource of a kind, as ownerReferences name it. */
  findKind(apiVersion: string, kind: string): DiscoveredResource | undefined
  /** Resources were added or removed. */
  readonly onChange: Event<void>
}

export function registryDiscovery(registry: Registry): Discovery {
  return {
    onChange: registry.onChange,
    resources: () => [...registry.all()].filter((resource) => resource.storage === resource),
    findKind(apiVersion, kind) {
      const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
      return registry.findKind(group ?? '', version ?? '', kind)
    },
  }
}
