import type { KubeObject, ObjectList } from '../../../shared/api/object.ts'
import type { ResourceRef } from '../../../shared/api/resources.ts'
import { ApiError } from '../../../shared/api/status.ts'
import type { Scale } from '../../../shared/api/types/autoscaling-v1.ts'
import { invariant } from '../../../shared/lang/invariant.ts'
import type { ApiServer } from '../apiserver/api-server.ts'
import { authorizeCall } from '../apiserver/auth/authorize-call.ts'
import type { User } from '../apiserver/auth/authorizer.ts'
import { typedCustom } from '../apiserver/custom/custom-object.ts'
import { convertObject } from '../apiserver/machinery/convert.ts'
import { objectType } from '../apiserver/machinery/schema.ts'
import { createObject } from '../apiserver/registry/create-object.ts'
import { deleteCollection } from '../apiserver/registry/delete-collection.ts'
import { type DeleteRequest, deleteObject } from '../apiserver/registry/delete-object.ts'
import { cloneJson } from '../apiserver/registry/json-value.ts'
import { patchObject } from '../apiserver/registry/patch-object.ts'
import { getStored, listStored } from '../apiserver/registry/read-objects.ts'
import type { Resource } from '../apiserver/registry/resource.ts'
import { createSelection } from '../apiserver/registry/selection.ts'
import type { Call } from '../apiserver/registry/server-context.ts'
import { createSubresource, readSubresource, updateScale } from '../apiserver/registry/subresources.ts'
import { updateObject } from '../apiserver/registry/update-object.ts'
import { eventObject, watchObjects } from '../apiserver/registry/watch-objects.ts'
import type { Client, DeleteOptions, Patch, ResourceClient, WriteOptions } from './client.ts'

type Key = { readonly name: string; readonly namespace?: string | undefined }
type CallInput = { verb: string; key: Key; subresource?: string | undefined; options?: WriteOptions | undefined }

/**
 * A client in the same process: enters the server's request path after decoding, as `user`.
 * - The same authorization, admission and validation as over HTTPS.
 * - What goes in is copied, what comes out is shared and immutable.
 */
export function createClient(apiServer: ApiServer, user: User): Client {
  return {
    resource: <T extends KubeObject>(ref: ResourceRef<T>) => resourceClient<T>(apiServer, user, ref),
    as: (other) => createClient(apiServer, other),
  }
}

function resourceClient<T extends KubeObject>(server: ApiServer, user: User, ref: ResourceRef<T>): ResourceClient<T> {
  const { context } = server
  const call = ({ verb, key, subresource = '', options = {} }: CallInput): Call => {
    const resource = context.registry.find(ref.group, ref.version, ref.resource)
    invariant(resource, `${ref.resource} of ${ref.group}/${ref.version} is served`)
    const namespace = resource.namespaced ? (key.namespace ?? '') : ''
    authorizeCall(context.authorizer, { user, verb, resource, subresource, namespace, name: key.name })
    return {
      user,
      resource,
      subresource,
      namespace,
      name: key.name,
      dryRun: options.dryRun ?? false,
      fieldManager: options.fieldManager ?? managerOf(user),
      warnings: [],
    }
  }
  const scaleCall = (verb: string, key: Key) => {
    const at = call({ verb, key, subresource: 'scale' })
    if (at.resource.subresources.has('scale')) return at
    throw new ApiError('NotFound', 'the server could not find the requested resource', { details: {} })
  }
  const answer = (resource: Resource, object: KubeObject) =>
    (resource.conversion ? resource.conversion.fromStorage(object) : object) as T
  const update = async (object: T, subresource: string, options?: WriteOptions): Promise<T> => {
    const at = call({ verb: 'update', key: keyOf(object), subresource, options })
    const draft = () => {
      const own = typedDraft(at.resource, object)
      at.resource.strategy.defaults?.(own)
      return at.resource.conversion ? at.resource.conversion.toStorage(own) : own
    }
    return answer(at.resource, (await updateObject(context, at, draft)).object)
  }
  return {
    async get(name, namespace) {
      const at = call({ verb: 'get', key: { name, namespace } })
      return answer(at.resource, getStored(context, at).object)
    },
    async list(query = {}): Promise<ObjectList<T>> {
      const at = call({ verb: 'list', key: { name: '', namespace: query.namespace } })
      const listed = listStored(context, at, createSelection(at.resource, query))
      return {
        resourceVersion: String(listed.revision),
        items: listed.items.map((item) => answer(at.resource, item.object)),
      }
    },
    async create(object, options) {
      const at = call({ verb: 'create', key: keyOf(object), options })
      return answer(at.resource, await createObject(context, at, typedDraft(at.resource, object)))
    },
    update: (object, options) => update(object, '', options),
    updateStatus: (object, options) => update(object, 'status', options),
    async patch(key, patch: Patch, options) {
      const at = call({ verb: 'patch', key, subresource: patch.subresource, options })
      const result = await patchObject(context, at, {
        type: patch.type,
        body: patch.body,
        force: patch.force ?? false,
        fieldValidation: 'Ignore',
      })
      return answer(at.resource, result.object)
    },
    async getScale(name, namespace) {
      return readSubresource(context, scaleCall('get', { name, namespace })) as Scale & KubeObject
    },
    async updateScale(scale) {
      return (await updateScale(context, scaleCall('update', keyOf(scale)), () => scale)) as Scale & KubeObject
    },
    async delete(key, options) {
      await deleteObject(context, call({ verb: 'delete', key }), deleteRequest(options))
    },
    async deleteCollection(query, options) {
      const at = call({ verb: 'deletecollection', key: { name: '', namespace: query.namespace } })
      const { items } = listStored(context, at, createSelection(at.resource, query))
      await deleteCollection(context, at, items, deleteRequest(options))
    },
    async createSubresource<R extends KubeObject>(key: Key, subresource: string, body: R): Promise<R> {
      const at = call({ verb: 'create', key, subresource })
      return (await createSubresource(context, at, cloneJson(body))) as R
    },
    watch(query, onEvents) {
      const at = call({ verb: 'watch', key: { name: '', namespace: query.namespace } })
      const from = Number(query.resourceVersion)
      const scope = {
        resource: at.resource,
        namespace: at.namespace,
        selection: createSelection(at.resource, query),
        from,
      }
      return watchObjects(context, scope, (events) =>
        onEvents(events.map((event) => ({ type: event.type, object: answer(at.resource, eventObject(event)) }))),
      )
    },
  }
}

/** A private copy in the one form that is stored: as Go would write it, zero structs included. */
function typedDraft(resource: Resource, object: KubeObject): KubeObject {
  const { kind, groupVersion, type } = resource
  if (type === '') return typedCustom(resource, object, { fieldValidation: 'Ignore', warnings: [] })
  const typed = convertObject(objectType(type), object).value as unknown as KubeObject
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = typed
  return { kind, apiVersion: groupVersion, metadata: metadata ?? {}, ...rest }
}

function keyOf(object: KubeObject): Key {
  return { name: object.metadata.name ?? '', namespace: object.metadata.namespace }
}

/** The default manager of in-process writers: the last part of the user's name, as a program's name would be. */
function managerOf(user: User): string {
  return user.name.slice(user.name.lastIndexOf(':') + 1)
}

function deleteRequest(options: DeleteOptions = {}): DeleteRequest {
  return {
    gracePeriodSeconds: options.gracePeriodSeconds,
    propagationPolicy: options.propagationPolicy,
    uid: options.preconditions?.uid,
    resourceVersion: options.preconditions?.resourceVersion,
  }
}
