import type { KubeObject } from '../../../../shared/api/object.ts'
import { typedCustom } from '../custom/custom-object.ts'
import { convertObject, zeroObject } from '../machinery/convert.ts'
import { type JsonObject, plainJson } from '../machinery/json-text.ts'
import { resetFilter } from '../machinery/managed-fields/field-filter.ts'
import { FieldManager } from '../machinery/managed-fields/field-manager.ts'
import { DEDUCED, mergeTypeOf } from '../machinery/managed-fields/merge-schema.ts'
import { objectType } from '../machinery/schema.ts'
import type { Resource } from './resource.ts'
import { type Call, type ServerContext, timestamp } from './server-context.ts'

const managers = new WeakMap<Resource, Map<string, FieldManager>>()

/** The field manager of a resource and subresource, made once. */
function fieldManager(resource: Resource, subresource: string): FieldManager {
  let own = managers.get(resource)
  if (own === undefined) {
    own = new Map()
    managers.set(resource, own)
  }
  let manager = own.get(subresource)
  if (manager === undefined) {
    const { group, version, kind, type } = resource
    manager = new FieldManager({
      type: type === '' ? DEDUCED : mergeTypeOf(objectType(type)),
      kind: { group, version, kind },
      subresource,
      filter: resetFilter(resource.reset[subresource]),
      empty: emptyObject(resource),
    })
    own.set(subresource, manager)
  }
  return manager
}

function emptyObject(resource: Resource): JsonObject {
  const { kind, groupVersion, type } = resource
  return { kind, apiVersion: groupVersion, ...(type === '' ? { metadata: {} } : zeroObject(objectType(type))) }
}

/** Brings managedFields up to date for a write that is no apply. Answers the object to store. */
export function trackWrite(
  context: ServerContext,
  call: Call,
  object: KubeObject,
  old: KubeObject | undefined,
): KubeObject {
  const resource = call.resource.storage
  const tracked = fieldManager(resource, call.subresource).update({
    live: (old as unknown as JsonObject | undefined) ?? emptyObject(resource),
    next: object as unknown as JsonObject,
    manager: call.fieldManager,
    now: timestamp(context.clock),
  })
  return tracked as unknown as KubeObject
}

/** An apply has told who owns what already. */
export function trackApplied(_context: ServerContext, _call: Call, object: KubeObject): KubeObject {
  return object
}

/** The result of a server-side apply as a private, typed object in the version asked for; undefined: nothing changed. */
export function applyObject(
  context: ServerContext,
  call: Call,
  current: KubeObject | undefined,
  request: { readonly applied: unknown; readonly force: boolean },
): KubeObject | undefined {
  const { resource } = call
  const live = current === undefined ? newLive(call) : (current as unknown as JsonObject)
  const { object, unchanged } = fieldManager(resource, call.subresource).apply({
    live,
    applied: plainJson(request.applied) as JsonObject,
    manager: call.fieldManager,
    force: request.force,
    now: timestamp(context.clock),
  })
  if (unchanged && current !== undefined && sameManagers(object, live)) return undefined
  if (resource.type === '') return typedCustom(resource, object, { fieldValidation: 'Ignore', warnings: [] })
  const typed = convertObject(objectType(resource.type), object).value
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = typed as unknown as KubeObject
  return { kind: resource.kind, apiVersion: resource.groupVersion, metadata: metadata ?? {}, ...rest }
}

function newLive(call: Call): JsonObject {
  const { name, namespace } = call
  return { ...emptyObject(call.resource), metadata: { name, ...(namespace ? { namespace } : {}) } }
}

function sameManagers(left: JsonObject, right: JsonObject): boolean {
  const of = (object: JsonObject) => JSON.stringify((object.metadata as JsonObject).managedFields ?? [])
  return of(left) === of(right)
}
