import type { Clock } from '../../../../shared/lang/clock.ts'
import type { ObjectStore } from '../../store/object-store.ts'
import type { AdmissionChain } from '../admission/admission.ts'
import type { Authorizer, User } from '../auth/authorizer.ts'
import type { ServiceAccountTokens } from '../auth/service-account-tokens.ts'
import type { PodStreams } from '../pod-streams.ts'
import type { UsageView } from './metrics-resources.ts'
import type { Registry } from './registry.ts'
import type { Resource } from './resource.ts'
import type { ServiceAllocator } from './service-allocation.ts'
import type { ServiceRange } from './service-range.ts'

/** The engine's source of chance: a plain function so that tests can fix it. */
export interface Randomness {
  /** A random (version 4) UUID. */
  uuid(): string
  /** At least 0, less than 1. */
  number(): number
}

/** What every step of the request path shares. */
export interface ServerContext {
  readonly store: ObjectStore
  readonly clock: Clock
  readonly random: Randomness
  readonly registry: Registry
  readonly serviceRange: ServiceRange
  readonly services: ServiceAllocator
  readonly admission: AdmissionChain
  readonly authorizer: Authorizer
  readonly tokens: ServiceAccountTokens
  /** The kubelet's streams; undefined until it runs. */
  streams(): PodStreams | undefined
  /** Why requests from outside that change something are refused; undefined while they are taken. */
  held(): string | undefined
  /** What pods use; undefined until it is measured. */
  usage(): UsageView | undefined
}

/** One authorized request for objects of a resource. */
export interface Call {
  readonly user: User
  /** As asked for: the version of the answer. */
  readonly resource: Resource
  /** "" for the object itself. */
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  readonly dryRun: boolean
  readonly fieldManager: string
  /** Texts of `Warning: 299` headers, in order. */
  readonly warnings: string[]
}

/** Wall-clock time as API objects carry it: RFC 3339 with seconds. */
export function timestamp(clock: Clock): string {
  return `${new Date(clock.now()).toISOString().slice(0, 19)}Z`
}
