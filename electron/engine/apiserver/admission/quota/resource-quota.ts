import type { KubeObject } from '../../../../../shared/api/object.ts'
import {
  addQuantities,
  canonicalText,
  compareQuantities,
  quantitySign,
  subtractQuantities,
  ZERO_QUANTITY,
} from '../../../../../shared/api/quantity.ts'
import { inScope } from '../../../../../shared/api/quota/scopes.ts'
import { usageOf } from '../../../../../shared/api/quota/usage.ts'
import { add, largest, type Quantities, quantities } from '../../../../../shared/api/resource-lists.ts'
import type { Pod, ResourceQuota } from '../../../../../shared/api/types/core-v1.ts'
import { newForbidden } from '../../machinery/api-errors.ts'
import type { AdmissionPlugin, AdmissionRequest } from '../admission.ts'
import type { AdmissionState } from '../plugins.ts'

const QUOTAS = 'resourcequotas'
/** An update of other kinds takes nothing more. */
const GROWING = new Set(['pods', 'services', 'persistentvolumeclaims'])
const COMPUTE = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']

/**
 * ResourceQuota: what a namespace's objects take together stays within each of its quotas.
 * - Exact under concurrency: counted is what the store shows and, until it shows it, what accepted writes take.
 * - Counted from the objects themselves, so a quota holds from the moment it exists.
 */
export function resourceQuota({ store, clock }: AdmissionState): AdmissionPlugin {
  /** By "namespace/resource": what writes in flight take, by the object's uid. */
  const inFlight = new Map<string, Map<string, KubeObject[]>>()
  const used = (quota: ResourceQuota, storageKey: string, except: string) => {
    const namespace = quota.metadata.namespace as string
    const pending = inFlight.get(`${namespace}/${storageKey}`)
    let sum: Quantities = {}
    const count = (versions: readonly KubeObject[]) => {
      const counted = versions.filter((object) => quota.spec && inScope(quota.spec, storageKey, object))
      sum = add(sum, counted.map((object) => usageOf(storageKey, object, clock.now())).reduce(largest, {}))
    }
    for (const { object } of store.list(storageKey, { namespace }).items) {
      const uid = object.metadata.uid as string
      if (uid !== except) count([object, ...(pending?.get(uid) ?? [])])
    }
    for (const [uid, versions] of pending ?? []) {
      const name = versions[0]?.metadata.name as string
      const isStored = store.get({ resource: storageKey, namespace, name })?.object.metadata.uid === uid
      if (uid !== except && !isStored) count(versions)
    }
    return sum
  }
  return {
    name: 'ResourceQuota',
    validate(request) {
      const { operation, call, object, old } = request
      const { storageKey, namespaced } = call.resource
      if (!namespaced || object === undefined || (call.subresource !== '' && call.subresource !== 'resize')) return
      if (operation !== 'CREATE' && !(operation === 'UPDATE' && GROWING.has(storageKey))) return
      const quotas = store.list(QUOTAS, { namespace: call.namespace }).items
      if (quotas.length === 0) return
      const uid = object.metadata.uid as string
      for (const item of quotas) {
        const quota = item.object as ResourceQuota
        if (!quota.spec || !inScope(quota.spec, storageKey, object)) continue
        const wanted = usageOf(storageKey, object, clock.now())
        const before = old && inScope(quota.spec, storageKey, old) ? usageOf(storageKey, old, clock.now()) : {}
        if (operation === 'CREATE') requireAmounts(request, quota)
        checkQuota(request, quota, { wanted, before, others: () => used(quota, storageKey, uid) })
      }
      holdUsage(inFlight, request)
    },
  }
}

function holdUsage(inFlight: Map<string, Map<string, KubeObject[]>>, { call, object, claims }: AdmissionRequest): void {
  if (object === undefined || claims === undefined) return
  const key = `${call.namespace}/${call.resource.storageKey}`
  const uid = object.metadata.uid as string
  const pending = inFlight.get(key) ?? new Map<string, KubeObject[]>()
  inFlight.set(key, pending)
  pending.set(uid, [...(pending.get(uid) ?? []), object])
  claims.hold(() => {
    const left = (pending.get(uid) ?? []).filter((held) => held !== object)
    if (left.length > 0) pending.set(uid, left)
    else pending.delete(uid)
    if (pending.size === 0 && inFlight.get(key) === pending) inFlight.delete(key)
  })
}

/** A quota on cpu or memory wants every container to say how much it takes. */
function requireAmounts({ call, name, object }: AdmissionRequest, quota: ResourceQuota): void {
  if (call.resource.storageKey !== 'pods') return
  const { spec } = object as Pod
  const missing: string[] = []
  for (const resource of COMPUTE.filter((limited) => quota.spec?.hard?.[limited] !== undefined).sort()) {
    const list = resource.startsWith('limits.') ? 'limits' : 'requests'
    const amount = resource.replace(/^(requests|limits)\./, '')
    if (spec?.resources?.[list]?.[amount] !== undefined) continue
    const silent = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].filter(
      ({ resources }) => resources?.[list]?.[amount] === undefined,
    )
    if (silent.length > 0)
      missing.push(
        `${resource} for: ${silent
          .map((container) => container.name)
          .sort()
          .join(',')}`,
      )
  }
  if (missing.length === 0) return
  throw newForbidden(call.resource, name, `failed quota: ${quota.metadata.name}: must specify ${missing.join('; ')}`)
}

interface Asked {
  readonly wanted: Quantities
  /** What the object took before this write. */
  readonly before: Quantities
  /** What all other objects take. */
  others(): Quantities
}

function checkQuota({ call, name }: AdmissionRequest, quota: ResourceQuota, asked: Asked): void {
  const hard = quantities(quota.spec?.hard)
  const grows = Object.keys(hard).filter((resource) => {
    const { [resource]: wanted = ZERO_QUANTITY } = asked.wanted
    return compareQuantities(wanted, asked.before[resource] ?? ZERO_QUANTITY) > 0
  })
  if (grows.length === 0) return
  const used = add(asked.others(), asked.before)
  const requested = (resource: string) =>
    subtractQuantities(asked.wanted[resource] ?? ZERO_QUANTITY, asked.before[resource] ?? ZERO_QUANTITY)
  const exceeded = grows.filter((resource) => {
    const sum = addQuantities(used[resource] ?? ZERO_QUANTITY, requested(resource))
    return quantitySign(subtractQuantities(sum, hard[resource] ?? ZERO_QUANTITY)) > 0
  })
  if (exceeded.length === 0) return
  const list = (amounts: (resource: string) => Quantities[string] | undefined) =>
    exceeded
      .sort()
      .map((resource) => `${resource}=${canonicalText(amounts(resource) ?? ZERO_QUANTITY)}`)
      .join(',')
  const why = `requested: ${list(requested)}, used: ${list((resource) => used[resource])}, limited: ${list((resource) => hard[resource])}`
  throw newForbidden(call.resource, name, `exceeded quota: ${quota.metadata.name}, ${why}`)
}
