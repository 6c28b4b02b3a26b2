import type { Clock } from '../../../shared/lang/clock.ts'
import type { ObjectStore } from '../store/object-store.ts'
import { createAdmissionChain } from './admission/admission.ts'
import { admissionPlugins } from './admission/plugins.ts'
import type { User } from './auth/authorizer.ts'
import { createRbacAuthorizer } from './auth/rbac.ts'
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
  /** Users of bearer tokens that this server did not issue: for TokenReview. */
  tokenUser?(token: string): Promise<User | undefined>
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
  const base = { store: deps.store, clock: deps.clock, random: deps.random, registry, serviceRange }
  const context: ServerContext = {
    ...base,
    admission: createAdmissionChain(admissionPlugins(base)),
    services: createServiceAllocator(deps.store, serviceRange),
    authorizer: createRbacAuthorizer(deps.store),
    tokenUser: (token) => deps.tokenUser?.(token) ?? Promise.resolve(undefined),
    issuerDocument: () => ({}),
  }
  return { context, firstServiceIP: serviceRange.address(1) }
}
