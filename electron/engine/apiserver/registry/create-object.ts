import type { KubeObject } from '../../../../shared/api/object.ts'
import { ApiError } from '../../../../shared/api/status.ts'
import { newAlreadyExists, newBadRequest, newGenerateNameConflict, newInvalid } from '../machinery/api-errors.ts'
import { type Claims, withClaims } from './claims.ts'
import { trackWrite } from './field-tracking.ts'
import { startGeneration } from './generation.ts'
import { validateNewMeta } from './object-meta.ts'
import { resetOnCreate } from './reset-fields.ts'
import type { Call, ServerContext } from './server-context.ts'
import { timestamp } from './server-context.ts'
import { isService } from './service-allocation.ts'
import { strategyContext } from './strategy-context.ts'

/** rest.maxNameGenerationCreateAttempts of Kubernetes. */
const GENERATE_NAME_ATTEMPTS = 8

/**
 * Create: default -> admit (mutate) -> default -> prepare -> validate -> admit (validate) -> store.
 * `draft` is a private, decoded object in the version asked for; the answer is in the storage version.
 */
export async function createObject(context: ServerContext, call: Call, draft: KubeObject): Promise<KubeObject> {
  const { resource } = call
  resource.strategy.defaults?.(draft)
  const object = resource.conversion ? resource.conversion.toStorage(draft) : draft
  resolveNamespace(call, object)
  const { metadata } = object
  if (!metadata.name && !metadata.generateName && resource.storage.strategy.namesItself) {
    metadata.name = context.random.uuid()
  }
  if (object.metadata.name || !object.metadata.generateName) return createNamed(context, call, object)
  for (let attempt = 1; ; attempt++) {
    const name = generateName(context, object.metadata.generateName)
    const { store } = context
    if (!store.get({ resource: resource.storageKey, namespace: object.metadata.namespace ?? '', name })) {
      object.metadata.name = name
      return createNamed(context, call, object, object.metadata.generateName)
    }
    if (attempt === GENERATE_NAME_ATTEMPTS) throw newGenerateNameConflict(resource, name, 1)
  }
}

async function createNamed(
  context: ServerContext,
  call: Call,
  object: KubeObject,
  generatedFrom?: string,
): Promise<KubeObject> {
  const namespace = object.metadata.namespace ?? ''
  const name = object.metadata.name ?? ''
  const key = { resource: call.resource.storageKey, namespace, name }
  const { store } = context
  let answer = object
  const version = Number(object.metadata.resourceVersion ?? 0)
  const existing = (current: { object: KubeObject } | undefined) => {
    if (current === undefined) return
    const error = newAlreadyExists(call.resource, name)
    if (current.object.metadata.deletionTimestamp === undefined) throw error
    throw new ApiError('AlreadyExists', `object is being deleted: ${error.message}`, { details: error.details ?? {} })
  }
  return withClaims(async (claims) => {
    if (call.dryRun) {
      const prepared = prepareNew(context, call, object, { claims, generatedFrom })
      existing(store.get(key))
      return prepared
    }
    const stored = await store.write(key, (current) => {
      // Kubernetes validates before it looks whether the name is taken.
      answer = prepareNew(context, call, object, { claims, generatedFrom })
      existing(current)
      if (version > 0) throw new ApiError('', 'resourceVersion should not be set on objects to be created')
      return { put: answer }
    })
    return stored?.object ?? answer
  })
}

/** How one write is carried out. */
export interface WriteMeans {
  readonly claims: Claims
  /** Who owns which field; an apply has told already. */
  readonly track?: typeof trackWrite | undefined
  /** The name was made of this, after the mutating admission plugins as far as these can see. */
  readonly generatedFrom?: string | undefined
}

/** The steps between decoding and storing; also what a PUT to a missing name runs where that creates. */
export function prepareNew(
  context: ServerContext,
  call: Call,
  draft: KubeObject,
  { claims, track = trackWrite, generatedFrom }: WriteMeans,
): KubeObject {
  const { strategy } = call.resource.storage
  const strategyInput = strategyContext(context, call)
  stampNew(context, draft)
  const name = draft.metadata.name ?? ''
  // Owned is what was asked for, not what admission and the kind's rules make of it.
  const object = track(context, call, draft, undefined)
  const asked = { operation: 'CREATE', call, name, claims } as const
  context.admission.mutate({ ...asked, object, name: generatedFrom ?? name })
  strategy.defaults?.(object)
  resetOnCreate(call.resource.storage, object)
  startGeneration(call.resource.storage, object)
  strategy.prepareCreate?.(object, strategyInput)
  strategy.defaults?.(object)
  const errors = [
    ...validateNewMeta(call.resource.storage, object),
    ...(strategy.validate?.(object, strategyInput) ?? []),
  ]
  if (errors.length > 0) throw newInvalid(call.resource.storage, name, errors)
  context.admission.validate({ ...asked, object })
  if (isService(object)) context.services.allocate(object, undefined, claims, call)
  call.warnings.push(...(strategy.warnings?.(object, undefined) ?? []))
  return object
}

/** rest.BeforeCreate: what only the system sets. */
function stampNew(context: ServerContext, { metadata }: KubeObject): void {
  metadata.creationTimestamp = timestamp(context.clock)
  metadata.uid = context.random.uuid()
  delete metadata.deletionTimestamp
  delete metadata.deletionGracePeriodSeconds
  delete metadata.resourceVersion
  delete metadata.selfLink
}

/** EnsureObjectNamespaceMatchesRequestNamespace: what has no namespace loses one, all else gets the request's. */
export function resolveNamespace(call: Call, object: KubeObject): void {
  const { metadata } = object
  if (!call.resource.namespaced) {
    delete metadata.namespace
    return
  }
  if (metadata.namespace && metadata.namespace !== call.namespace) throw newBadRequest(NAMESPACE_MISMATCH)
  metadata.namespace = call.namespace
}

export const NAMESPACE_MISMATCH =
  'the namespace of the provided object does not match the namespace sent on the request'

/** names.SimpleNameGenerator: up to 58 characters of the base and 5 random ones without vowels and look-alikes. */
function generateName(context: ServerContext, base: string): string {
  let suffix = ''
  for (let at = 0; at < 5; at++) suffix += NAME_ALPHABET[Math.floor(context.random.number() * NAME_ALPHABET.length)]
  return base.slice(0, 58) + suffix
}

const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'
