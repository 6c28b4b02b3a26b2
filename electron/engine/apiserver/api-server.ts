import type { Clock } from '../../../shared/lang/clock.ts'
import type { ObjectStore } from '../store/object-store.ts'
import { createAdmissionChain } from './admission/admission.ts'
import { admissionPlugins } from './admission/plugins.ts'
import { unenforced } from './admission/unenforced.ts'
import { createRbacAuthorizer } from './auth/rbac.ts'
import { createServiceAccountTokens } from './auth/service-account-tokens.ts'
import { serveCustomResources } from './custom/serve-custom-resources.ts'
import type { PodStreams } from './pod-streams.ts'
import type { UsageView } from './registry/metrics-resources.ts'
import { createRegistry } from './registry/registry.ts'
import type { Randomness, ServerContext } from './registry/server-context.ts'
import { createServiceAllocator } from './registry/service-allocation.ts'
import { parseServiceRange } from './registry/service-range.ts'

export interface ApiServerDeps {
  readonly store: ObjectStore
  readonly clock: Clock
  readonly random: Randomness
  /** Where Service addresses come from; kubeadm's default when absent. */
  readonly serviceCidr?: string
  /** How long pods stay on a node that fails, unless they say otherwise; Kubernetes' 300 when absent. */
  readonly tolerationSeconds?: number
  /** Signs ServiceAccount tokens: PKCS#8 PEM, EC P-256 or RSA. Made anew when absent, so tokens end with the process. */
  readonly serviceAccountKey?: string
  /** Whether writes of objects that are only kept (webhooks, policies, API services) are answered with a warning. */
  readonly warnsOfUnenforced?: boolean
  /** Told of what fails in the background; it is tried again with the next change. */
  onError?(error: unknown): void
  /** The kubelet's streams, once it runs. */
  streams?(): PodStreams | undefined
  /** Why the cluster takes no writes for now. */
  held?(): string | undefined
  /** What pods use, once it is measured. */
  usage?(): UsageView | undefined
}

/**
 * The Kubernetes API of one cluster.
 * - One path: every request, over HTTPS or in process, is authorized, defaulted, admitted, validated and stored by the
 *   same code; only decoding and encoding differ.
 * - No resource is known by name here: the registry serves what the facts and the custom resources say.
 * - What a write decides, it decides against the newest accepted state of its key, in one step with its write.
 */
export interface ApiServer {
  readonly context: ServerContext
  /** The address of the `kubernetes` Service. */
  readonly firstServiceIP: string
}

export function createApiServer(deps: ApiServerDeps): ApiServer {
  const registry = createRegistry()
  const serviceRange = parseServiceRange(deps.serviceCidr ?? '10.96.0.0/16')
  const authorizer = createRbacAuthorizer(deps.store)
  const base = { store: deps.store, clock: deps.clock, random: deps.random, registry, serviceRange, authorizer }
  const plugins = admissionPlugins(base, deps.tolerationSeconds)
  const context: ServerContext = {
    ...base,
    admission: createAdmissionChain(deps.warnsOfUnenforced ? [...plugins, unenforced] : plugins),
    services: createServiceAllocator(deps.store, serviceRange),
    tokens: createServiceAccountTokens({ store: deps.store, clock: deps.clock, key: deps.serviceAccountKey }),
    streams: () => deps.streams?.(),
    held: () => deps.held?.(),
    usage: () => deps.usage?.(),
  }
  serveCustomResources(context, (error) => deps.onError?.(error))
  return { context, firstServiceIP: serviceRange.address(1) }
}
