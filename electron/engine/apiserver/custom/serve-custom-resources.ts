import type { KubeObject } from '../../../../shared/api/object.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
} from '../../../../shared/api/types/apiextensions-v1.ts'
import type { Disposable } from '../../../../shared/lang/disposable.ts'
import { invariant } from '../../../../shared/lang/invariant.ts'
import { deleteObject } from '../registry/delete-object.ts'
import { cloneJson, equalJson } from '../registry/json-value.ts'
import type { Resource } from '../registry/resource.ts'
import { type Call, type ServerContext, timestamp } from '../registry/server-context.ts'
import { updateObject } from '../registry/update-object.ts'
import { customResources } from './custom-resource.ts'

const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io'
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'
const USER = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] }

/**
 * Serves what CustomResourceDefinitions define.
 * - A definition is served as soon as it is seen Established; a change of it changes what is served at once.
 * - Names are accepted unless another definition of the group has them; both conditions tell.
 * - A deleted definition goes when its objects are gone, and nothing new of its kind is made meanwhile.
 */
export function serveCustomResources(context: ServerContext, onError: (error: unknown) => void): Disposable {
  const served = new Map<string, { readonly spec: unknown; readonly resources: readonly Resource[] }>()
  const withdraw = (name: string) => {
    for (const resource of served.get(name)?.resources ?? []) context.registry.remove(resource)
    served.delete(name)
  }
  const see = (definition: CustomResourceDefinition) => {
    const name = definition.metadata.name as string
    if (definition.metadata.deletionTimestamp !== undefined) {
      cleanUp(context, definition, {
        resources: served.get(name)?.resources ?? customResources(definition),
        onError,
      }).catch(onError)
    } else settle(context, definition).catch(onError)
    if (!isTrue(definition, 'Established') || equalJson(served.get(name)?.spec, definition.spec)) return
    withdraw(name)
    const resources = customResources(definition)
    for (const resource of resources) context.registry.add(resource)
    served.set(name, { spec: definition.spec, resources })
  }
  const { store } = context
  const listed = store.list(DEFINITIONS)
  for (const { object } of listed.items) see(object as unknown as CustomResourceDefinition)
  return store.watch({ resource: DEFINITIONS }, listed.revision, (events) => {
    for (const { type, stored } of events) {
      if (type === 'DELETED') withdraw(stored.key.name)
      else see(stored.object as unknown as CustomResourceDefinition)
    }
  })
}

function isTrue({ status }: CustomResourceDefinition, type: string): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false
}

function callFor(context: ServerContext, name: string, subresource: string): Call {
  const resource = context.registry.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')
  invariant(resource, 'CustomResourceDefinitions are served')
  const fieldManager = 'kube-apiserver'
  return { user: USER, resource, subresource, namespace: '', name, dryRun: false, fieldManager, warnings: [] }
}

/** Accepts the names and tells so in the status. */
async function settle(context: ServerContext, definition: CustomResourceDefinition): Promise<void> {
  const now = timestamp(context.clock)
  const conflict = nameConflict(context, definition)
  const accepted = conflict ? definition.status?.acceptedNames : withDefaultNames(definition.spec.names)
  const established = conflict === undefined || isTrue(definition, 'Established')
  const conditions: CustomResourceDefinitionCondition[] = [
    conflict
      ? { type: 'NamesAccepted', status: 'False', reason: conflict.reason, message: conflict.message }
      : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
    established
      ? {
          type: 'Established',
          status: 'True',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
        }
      : { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
  ]
  const stored = definition.spec.versions.find(({ storage }) => storage)?.name
  const versions = definition.status?.storedVersions ?? []
  const storedVersions = stored === undefined || versions.includes(stored) ? versions : [...versions, stored]
  const next = {
    ...definition.status,
    conditions: conditions.map((condition) => keepTime(definition, { lastTransitionTime: now, ...condition })),
    acceptedNames: accepted ?? { plural: '', kind: '' },
    storedVersions,
  }
  const others = (definition.status?.conditions ?? []).filter(
    ({ type }) => !conditions.some((own) => own.type === type),
  )
  next.conditions = [...next.conditions, ...others]
  if (equalJson(next, definition.status)) return
  await change(context, definition, 'status', (draft) => {
    draft.status = next
  })
}

function keepTime(
  { status }: CustomResourceDefinition,
  condition: CustomResourceDefinitionCondition,
): CustomResourceDefinitionCondition {
  const before = status?.conditions?.find(({ type }) => type === condition.type)
  if (before?.status !== condition.status) return condition
  return { ...before, ...condition, lastTransitionTime: before.lastTransitionTime }
}

function withDefaultNames(names: CustomResourceDefinitionNames): CustomResourceDefinitionNames {
  return {
    ...names,
    singular: names.singular || names.kind.toLowerCase(),
    listKind: names.listKind || `${names.kind}List`,
  }
}

function nameConflict(
  { store }: ServerContext,
  { metadata, spec }: CustomResourceDefinition,
): { reason: string; message: string } | undefined {
  const others = store
    .list(DEFINITIONS)
    .items.map(({ object }) => object as unknown as CustomResourceDefinition)
    .filter((other) => other.spec.group === spec.group && other.metadata.name !== metadata.name)
    .map(({ status }) => status?.acceptedNames)
  const names = withDefaultNames(spec.names)
  const resourceNames = others.flatMap((other) =>
    other ? [other.plural, other.singular, ...(other.shortNames ?? [])] : [],
  )
  const kinds = others.flatMap((other) => (other ? [other.kind, other.listKind] : []))
  const checks: [reason: string, wanted: readonly (string | undefined)[], taken: readonly (string | undefined)[]][] = [
    ['PluralConflict', [names.plural], resourceNames],
    ['SingularConflict', [names.singular], resourceNames],
    ['ShortNamesConflict', names.shortNames ?? [], resourceNames],
    ['KindConflict', [names.kind], kinds],
    ['ListKindConflict', [names.listKind], kinds],
  ]
  for (const [reason, wanted, taken] of checks) {
    const found = wanted.find((name) => taken.includes(name))
    if (found !== undefined) return { reason, message: `${JSON.stringify(found)} is already in use` }
  }
  return undefined
}

/** Deletes all objects of a definition that is going away, then lets it go. */
async function cleanUp(
  context: ServerContext,
  definition: CustomResourceDefinition,
  scope: { readonly resources: readonly Resource[]; readonly onError: (error: unknown) => void },
): Promise<void> {
  if (!definition.metadata.finalizers?.includes(CLEANUP)) return
  const storage = scope.resources[0]?.storage
  const items = storage === undefined ? [] : context.store.list(storage.storageKey).items
  for (const { key } of items) {
    const call = { ...callFor(context, key.name, ''), resource: storage as Resource, namespace: key.namespace }
    await deleteObject(context, call, {}).catch((error: unknown) => {
      if (!isApiError(error, 'NotFound')) throw error
    })
  }
  if (storage !== undefined && context.store.count(storage.storageKey) > 0) {
    waitForLast(context, storage.storageKey, () => void cleanUp(context, definition, scope).catch(scope.onError))
    return
  }
  await change(context, definition, '', (draft) => {
    const rest = (draft.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP)
    draft.metadata.finalizers = rest
  })
}

/** Finalizers of the objects themselves may hold them: goes on when one of them is gone. */
function waitForLast({ store }: ServerContext, resource: string, then: () => void): void {
  const watching = store.watch({ resource }, store.revision, (events) => {
    if (!events.some(({ type }) => type === 'DELETED') || store.count(resource) > 0) return
    watching.dispose()
    then()
  })
}

async function change(
  context: ServerContext,
  definition: CustomResourceDefinition,
  subresource: string,
  edit: (draft: CustomResourceDefinition) => void,
): Promise<void> {
  const call = callFor(context, definition.metadata.name as string, subresource)
  await updateObject(context, call, (current) => {
    if (current?.metadata.uid !== definition.metadata.uid) return undefined
    const draft = cloneJson(current) as unknown as CustomResourceDefinition
    edit(draft)
    return draft as unknown as KubeObject
  })
}
