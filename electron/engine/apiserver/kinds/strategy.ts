import type { KubeObject } from '../../../../shared/api/object.ts'
import type { FieldError } from '../machinery/field-error.ts'

/** What a strategy may need to know of the request. */
export interface StrategyContext {
  /** Wall-clock time, RFC 3339 seconds. */
  readonly now: string
  readonly namespace: string
  /** The version that the request speaks: "v1" or "events.k8s.io/v1". */
  readonly groupVersion: string
  readonly user: {
    readonly name: string
    readonly groups: readonly string[]
    readonly uid?: string | undefined
    readonly extra?: Readonly<Record<string, readonly string[]>> | undefined
  }
  /** Adds a `Warning: 299` header to the answer. */
  warn(message: string): void
}

/**
 * What the facts cannot say about one kind, as registry/<kind>/strategy.go does. Objects passed in are private drafts
 * of the request and are changed in place; `old` is shared and never changed. Every function is pure and synchronous.
 * Structural facts (types, required-by-type, enum of `+enum` types where Kubernetes checks it, unknown fields) are
 * handled before; ObjectMeta is defaulted and validated by the generic registry with `validateName`.
 */
export interface KindStrategy<T extends KubeObject = KubeObject> {
  /** SetDefaults_*: also run on objects read from an older version and on patch results. */
  defaults?(object: T): void
  /** PrepareForCreate: clears status, sets generation and so on. */
  prepareCreate?(object: T, context: StrategyContext): void
  /** PrepareForUpdate, per subresource ("" for the object itself): restores what this request may not change. */
  prepareUpdate?(object: T, old: T, context: StrategyContext, subresource: string): void
  validate?(object: T, context: StrategyContext): FieldError[]
  /** ValidateUpdate, which includes Validate where Kubernetes' does. */
  validateUpdate?(object: T, old: T, context: StrategyContext, subresource: string): FieldError[]
  /** WarningsOnCreate and WarningsOnUpdate. */
  warnings?(object: T, old: T | undefined): string[]
  /** The name rule; DNS subdomain when absent. Answers the messages of what is wrong. */
  validateName?(name: string, prefix: boolean): string[]
  /** Values of selectable fields beyond metadata.name and metadata.namespace. */
  selectableFields?(object: T): Record<string, string>
  /** False where a PUT to a missing name is 404 (the default), true where it creates (AllowCreateOnUpdate). */
  readonly createOnUpdate?: boolean
  /** True where an object that comes without a name gets a UUID for one. */
  readonly namesItself?: boolean
  /** True where an update without resourceVersion is accepted (AllowUnconditionalUpdate; the default). */
  readonly unconditionalUpdate?: boolean
  /** DefaultGarbageCollectionPolicy where it is not Background. */
  readonly defaultPropagation?: 'Orphan' | 'Background'
  /** Warns whoever deletes without saying what becomes of the dependents. */
  readonly orphanWarning?: string
  /** Grace period for a deletion (pods); undefined: deleted at once when no finalizer holds it. */
  gracePeriodSeconds?(object: T, requested: number | undefined): number
  /** One table row's cells in the order of the facts' columns; absent: the generic Name and Created At. */
  tableCells?(object: T, now: number): unknown[]
}
