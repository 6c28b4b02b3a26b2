import { compareText } from '../../../../../shared/lang/compare-text.ts'
import { newBadRequest, newInternalError } from '../api-errors.ts'
import { isJsonObject } from '../go-value.ts'
import type { JsonObject } from '../json-text.ts'
import type { GroupVersionKind } from '../schema.ts'
import { type Conflict, conflictError } from './conflicts.ts'
import type { FieldFilter } from './field-filter.ts'
import { FieldSet } from './field-set.ts'
import { allowedByLastApplied, withLastApplied } from './last-applied.ts'
import { decodeManagers, encodeManagers, type ManagerSet, type Managers, managerId, seconds } from './managers.ts'
import { ElementKeyError, type MergeType } from './merge-schema.ts'
import { mergeValues } from './merge-values.ts'
import { pruneApplied } from './prune.ts'
import { type Comparison, compareValues, sameValue, toFieldSet } from './typed-value.ts'
import { validateApplied } from './validate-applied.ts'

/**
 * Field ownership: server-side apply and the tracking of updates, as the managedfields library does both.
 * - Objects are plain JSON (no number texts) in the version of `kind`; they are never changed, results share.
 * - `apply` answers the merged object before defaulting; the caller converts and defaults it and stores it, unless
 *   `unchanged` says that nothing but ownership may differ.
 * - An update is attributed by comparing the live with the new object; nothing it does is ever refused.
 */
export interface FieldManagerOptions {
  readonly type: MergeType
  readonly kind: GroupVersionKind
  /** "" for the object itself. */
  readonly subresource: string
  /** Leaves out what the strategy resets for this (sub)resource. */
  readonly filter?: FieldFilter | undefined
  /** The zero value of the kind: what an object that is not there yet looks like. */
  readonly empty: JsonObject
}

export interface ApplyRequest {
  readonly live: JsonObject
  readonly applied: JsonObject
  readonly manager: string
  readonly force: boolean
  /** RFC 3339 seconds. */
  readonly now: string
}

export interface UpdateRequest {
  readonly live: JsonObject
  readonly next: JsonObject
  readonly manager: string
  readonly now: string
}

const MAX_UPDATE_MANAGERS = 10
const STRIPPED = stripSet()

export class FieldManager {
  readonly #options: FieldManagerOptions
  readonly #apiVersion: string

  constructor(options: FieldManagerOptions) {
    this.#options = options
    const { group, version } = options.kind
    this.#apiVersion = group === '' ? version : `${group}/${version}`
  }

  /** Throws the Conflict or BadRequest status of an apply that cannot be done. */
  apply({ live, applied, manager, force, now }: ApplyRequest): { object: JsonObject; unchanged: boolean } {
    const { kind, type } = this.#options
    if (applied.apiVersion !== this.#apiVersion || applied.kind !== kind.kind) {
      throw newBadRequest(`invalid object type: ${applied.apiVersion ?? '/'}, Kind=${applied.kind ?? ''}`)
    }
    let managers = decodeManagers(metadataOf(live).managedFields)
    if (managers === undefined) throw newInternalError('failed to decode managed fields')
    const bare = withoutManagedFields(live)
    if (managers.size === 0) managers = this.#trackExisting(bare, now)
    if (metadataOf(applied).managedFields !== undefined) throw newBadRequest('metadata.managedFields must be nil')
    const problem = validateApplied(type, applied)
    if (problem !== undefined)
      throw newInternalError(`failed to create typed patch object (${nameOf(applied, kind.kind)}): ${problem}`)

    const outcome = this.#merge(bare, applied, managers, manager, force)
    const unchanged = sameValue(bare, outcome.object)
    const own = outcome.managers.get(outcome.id)
    if (own !== undefined && !unchanged) outcome.managers.set(outcome.id, { ...own, time: now })
    const object =
      manager === 'kubectl'
        ? withLastApplied(unchanged ? bare : outcome.object, applied)
        : unchanged
          ? bare
          : outcome.object
    return { object: withManagedFields(object, outcome.managers, live), unchanged }
  }

  /** The new object with `metadata.managedFields` telling who owns what after the update. */
  update({ live, next, manager, now }: UpdateRequest): JsonObject {
    const bareLive = withoutManagedFields(live)
    const bareNext = withoutManagedFields(next)
    const managers = this.#managersOfUpdate(live, next)
    if (managers === undefined) return withManagedFields(bareNext, new Map(), next)
    // an object that was never tracked stays so, unless it is just being made
    if (managers.size === 0 && metadataOf(live).uid) return withManagedFields(bareNext, managers, next)
    try {
      this.#track(bareLive, bareNext, managers, manager, now)
    } catch (error) {
      // Items that cannot be told apart are the validation's affair: nobody owns them.
      if (!(error instanceof ElementKeyError)) throw error
      return withManagedFields(bareNext, new Map(), next)
    }
    capUpdateManagers(managers)
    return withManagedFields(bareNext, managers, next)
  }

  #managersOfUpdate(live: JsonObject, next: JsonObject): Managers | undefined {
    const fromLive = () => decodeManagers(metadataOf(live).managedFields) ?? new Map()
    if (this.#options.subresource !== '') return fromLive()
    const given = metadataOf(next).managedFields
    if (isReset(given)) return new Map()
    const managers = decodeManagers(given)
    return managers === undefined || managers.size === 0 ? fromLive() : managers
  }

  /** What is there before the first apply belongs to "before-first-apply". */
  #trackExisting(live: JsonObject, now: string): Managers {
    const managers: Managers = new Map()
    this.#track(this.#options.empty, live, managers, 'before-first-apply', now)
    capUpdateManagers(managers)
    return managers
  }

  #track(live: JsonObject, next: JsonObject, managers: Managers, manager: string, now: string): void {
    const comparison = this.#compare(live, next)
    takeOver(managers, comparison, undefined)
    const taken = comparison.modified.union(comparison.added).difference(STRIPPED)
    if (taken.isEmpty) return
    const entry = this.#entry(manager, 'Update', taken)
    const id = managerId(entry)
    const previous = managers.get(id)
    managers.set(id, { ...entry, set: previous === undefined ? taken : taken.union(previous.set), time: now })
  }

  #merge(live: JsonObject, applied: JsonObject, managers: Managers, manager: string, force: boolean) {
    const { type, filter } = this.#options
    let set = toFieldSet(type, applied)
    if (filter !== undefined) set = filter(set)
    const entry = this.#entry(manager, 'Apply', set)
    const id = managerId(entry)
    const last = managers.get(id)
    const next: Managers = new Map(managers).set(id, { ...entry, time: last?.time })
    const merged = mergeValues(type, live, applied) as JsonObject
    const object =
      last === undefined || last.set.isEmpty ? merged : (pruneApplied(type, merged, next, id, last.set) as JsonObject)
    const comparison = this.#compare(live, object)
    const conflicts = conflictsWith(next, comparison, id)
    const refused = force ? [] : this.#refused(conflicts, live, manager)
    if (refused.length > 0) throw conflictError(refused)
    takeOver(next, comparison, id)
    const own = next.get(id)
    if (own !== undefined) {
      const stripped = own.set.difference(STRIPPED)
      if (stripped.isEmpty) next.delete(id)
      else next.set(id, { ...own, set: last?.set.equals(stripped) ? last.set : stripped })
    }
    return { object, managers: next, id }
  }

  /** kubectl may take over what its own client-side apply had set. */
  #refused(conflicts: readonly Conflict[], live: JsonObject, manager: string): readonly Conflict[] {
    if (conflicts.length === 0 || manager !== 'kubectl') return conflicts
    const allowed = allowedByLastApplied(this.#options.type, live, this.#apiVersion)
    if (allowed === undefined) return conflicts
    return conflicts
      .map(({ owner, set }) => ({ owner, set: set.difference(allowed) }))
      .filter(({ set }) => !set.isEmpty)
  }

  #compare(live: JsonObject, next: JsonObject): Comparison {
    const comparison = compareValues(this.#options.type, live, next)
    const { filter } = this.#options
    if (filter === undefined) return comparison
    return {
      added: filter(comparison.added),
      removed: filter(comparison.removed),
      modified: filter(comparison.modified),
    }
  }

  #entry(manager: string, operation: 'Apply' | 'Update', set: FieldSet): ManagerSet {
    const { subresource } = this.#options
    return { manager: manager || 'unknown', operation, apiVersion: this.#apiVersion, subresource, time: undefined, set }
  }
}

function conflictsWith(managers: Managers, { modified, added }: Comparison, except: string): Conflict[] {
  const changed = modified.union(added)
  const conflicts: Conflict[] = []
  if (changed.isEmpty) return conflicts
  for (const [id, owner] of managers) {
    if (id === except) continue
    const set = owner.set.intersection(changed)
    if (!set.isEmpty) conflicts.push({ owner, set })
  }
  return conflicts
}

/** All others lose what was changed or removed; who owns nothing any more goes. */
function takeOver(managers: Managers, { modified, added, removed }: Comparison, except: string | undefined): void {
  const lost = modified.union(added).union(removed)
  for (const [id, owner] of managers) {
    const set = id === except ? owner.set : owner.set.difference(lost)
    if (set.isEmpty) managers.delete(id)
    else if (set !== owner.set) managers.set(id, { ...owner, set })
  }
}

/** Above ten updaters the oldest of each version are merged into one entry. */
function capUpdateManagers(managers: Managers): void {
  const updaters = [...managers].filter(([, { operation }]) => operation === 'Update')
  if (updaters.length <= MAX_UPDATE_MANAGERS) return
  updaters.sort(([a, one], [b, other]) => seconds(one) - seconds(other) || compareText(a, b))
  const firstOfVersion = new Map<string, string>()
  let count = updaters.length
  for (const [id, updater] of updaters) {
    if (count <= MAX_UPDATE_MANAGERS) break
    const { apiVersion } = updater
    const first = firstOfVersion.get(apiVersion)
    if (first === undefined) {
      firstOfVersion.set(apiVersion, id)
      continue
    }
    const bucket: ManagerSet = { ...updater, manager: 'ancient-changes', subresource: '' }
    const bucketId = managerId(bucket)
    const before = managers.get(bucketId) ?? managers.get(first)
    if (!managers.has(bucketId)) managers.delete(first)
    managers.delete(id)
    managers.set(bucketId, { ...bucket, set: before === undefined ? updater.set : updater.set.union(before.set) })
    count--
  }
}

function metadataOf(object: JsonObject): JsonObject {
  const { metadata } = object
  return isJsonObject(metadata) ? metadata : {}
}

function withoutManagedFields(object: JsonObject): JsonObject {
  const { metadata } = object
  if (!isJsonObject(metadata) || !('managedFields' in metadata)) return object
  const { managedFields: _, ...rest } = metadata
  return { ...object, metadata: rest }
}

/** `like` is answered itself when it already is that object with those managers. */
function withManagedFields(object: JsonObject, managers: Managers, like: JsonObject): JsonObject {
  const managedFields = encodeManagers(managers)
  if (managedFields === undefined) return object
  const known = metadataOf(like).managedFields
  const shared = Array.isArray(known) && sameValue(known, managedFields) ? known : managedFields
  return { ...object, metadata: { ...metadataOf(object), managedFields: shared } }
}

/** An empty list, or one empty entry, asks to forget all owners. */
function isReset(managedFields: unknown): boolean {
  if (!Array.isArray(managedFields) || managedFields.length > 1) return false
  const [entry] = managedFields
  return entry === undefined || (isJsonObject(entry) && Object.keys(entry).length === 0)
}

function nameOf(object: JsonObject, kind: string): string {
  const { name, namespace } = metadataOf(object)
  return `${namespace ?? ''}/${name ?? ''}; ${object.apiVersion}, Kind=${kind}`
}

function stripSet(): FieldSet {
  const set = new FieldSet()
  for (const name of ['apiVersion', 'kind', 'metadata']) set.insert([`f:${name}`])
  const metadata = [
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ]
  for (const name of metadata) set.insert(['f:metadata', `f:${name}`])
  return set
}
