import type { KubeObject } from '../../../../shared/api/object.ts'
import type { Claims } from '../registry/claims.ts'
import type { Call } from '../registry/server-context.ts'

/** One write as admission sees it. `object` is a private draft in the storage version (absent for DELETE). */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  readonly call: Call
  readonly name: string
  readonly object?: KubeObject | undefined
  /** The state before; shared, never changed. */
  readonly old?: KubeObject | undefined
  /** What the write holds until it is settled; absent where nothing can be held (DELETE, CONNECT). */
  readonly claims?: Claims | undefined
}

/**
 * One built-in admission plugin: synchronous, because it runs between reading the newest state of a key and writing it.
 * Throws an ApiError to refuse. `resources` are storage keys ("pods", "deployments.apps"); absent: all.
 */
export interface AdmissionPlugin {
  readonly name: string
  readonly resources?: ReadonlySet<string>
  mutate?(request: AdmissionRequest): void
  validate?(request: AdmissionRequest): void
}

/** The plugins in Kubernetes' order: all mutate, and after defaults and validation all validate. */
export interface AdmissionChain {
  mutate(request: AdmissionRequest): void
  validate(request: AdmissionRequest): void
}

export function createAdmissionChain(plugins: readonly AdmissionPlugin[]): AdmissionChain {
  const applies = (plugin: AdmissionPlugin, request: AdmissionRequest) =>
    plugin.resources === undefined || plugin.resources.has(request.call.resource.storageKey)
  return {
    mutate(request) {
      for (const plugin of plugins) if (plugin.mutate && applies(plugin, request)) plugin.mutate(request)
    },
    validate(request) {
      for (const plugin of plugins) if (plugin.validate && applies(plugin, request)) plugin.validate(request)
    },
  }
}
