import { canonicalText, compareQuantities, type Quantity, quantityFloat } from '../../../../shared/api/quantity.ts'
import { podTotal, type Quantities, quantities } from '../../../../shared/api/resource-lists.ts'
import type {
  Container,
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
  PodSpec,
} from '../../../../shared/api/types/core-v1.ts'
import { newForbidden } from '../machinery/api-errors.ts'
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts'
import type { AdmissionState } from './plugins.ts'

const ANNOTATION = 'kubernetes.io/limit-ranger'

/** LimitRanger: a namespace's LimitRanges give containers default requests and limits, and bounds to pods and claims. */
export function limitRanger({ store }: AdmissionState): AdmissionPlugin {
  const ranges = ({ call }: AdmissionRequest) =>
    store.list('limitranges', { namespace: call.namespace }).items.map(({ object }) => object as LimitRange)
  return {
    name: 'LimitRanger',
    resources: new Set(['pods', 'persistentvolumeclaims']),
    mutate(request) {
      const { operation, call, object } = request
      if (operation !== 'CREATE' || call.subresource !== '' || object?.kind !== 'Pod') return
      for (const range of ranges(request)) applyDefaults(object as Pod, range)
    },
    validate(request) {
      const { operation, call, object, name } = request
      if (object === undefined || (call.subresource !== '' && call.subresource !== 'resize')) return
      if (object.kind === 'Pod' && operation !== 'CREATE' && call.subresource !== 'resize') return
      for (const range of ranges(request)) {
        const items = range.spec?.limits ?? []
        const errors = [...new Set(items.flatMap((item) => breaches(item, object as Pod | PersistentVolumeClaim)))]
        if (errors.length > 0) {
          throw newForbidden(
            call.resource,
            name,
            errors.length === 1 ? (errors[0] as string) : `[${errors.join(', ')}]`,
          )
        }
      }
    },
  }
}

function applyDefaults({ spec, metadata }: Pod, range: LimitRange): void {
  const item = range.spec?.limits?.find(({ type }) => type === 'Container')
  if (!spec || !item) return
  const notes: string[] = []
  const fill = (container: Container, kind: 'container' | 'init container') => {
    container.resources ??= {}
    const requests = fillMissing(container, 'requests', item.defaultRequest)
    const limits = fillMissing(container, 'limits', item.default)
    if (requests.length > 0) notes.push(`${requests.join(', ')} request for ${kind} ${container.name}`)
    if (limits.length > 0) notes.push(`${limits.join(', ')} limit for ${kind} ${container.name}`)
  }
  for (const container of spec.containers) fill(container, 'container')
  for (const container of spec.initContainers ?? []) fill(container, 'init container')
  if (notes.length === 0) return
  metadata.annotations = { ...metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}` }
}

function fillMissing(
  { resources }: Container,
  list: 'requests' | 'limits',
  defaults: Readonly<Record<string, string>> | undefined,
): string[] {
  const missing = Object.entries(defaults ?? {}).filter(([name]) => resources?.[list]?.[name] === undefined)
  if (missing.length > 0 && resources) resources[list] = { ...resources[list], ...Object.fromEntries(missing) }
  return missing.map(([name]) => name).sort()
}

/** What one item of a LimitRange is asked of. */
interface Usage {
  readonly requests: Quantities
  readonly limits: Quantities
}

function breaches(item: LimitRangeItem, object: Pod | PersistentVolumeClaim): string[] {
  if (object.kind === 'PersistentVolumeClaim') {
    const requests = quantities((object as PersistentVolumeClaim).spec?.resources?.requests)
    return item.type === 'PersistentVolumeClaim' ? claimBreaches(item, requests) : []
  }
  const spec = object.spec as PodSpec | undefined
  if (!spec) return []
  if (item.type === 'Pod') {
    return podBreaches(item, { requests: podTotal(spec, 'requests'), limits: podTotal(spec, 'limits') })
  }
  if (item.type !== 'Container') return []
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
    podBreaches(item, { requests: quantities(resources?.requests), limits: quantities(resources?.limits) }),
  )
}

type Bound = (type: string, name: string, enforced: Quantity, usage: Usage) => string | undefined

function podBreaches(item: LimitRangeItem, usage: Usage): string[] {
  return [...each(item.min, minimum), ...each(item.max, maximum), ...each(item.maxLimitRequestRatio, ratio)]

  function each(bounds: Readonly<Record<string, string>> | undefined, bound: Bound): string[] {
    return Object.entries(quantities(bounds)).flatMap(
      ([name, enforced]) => bound(item.type, name, enforced, usage) ?? [],
    )
  }
}

function claimBreaches(item: LimitRangeItem, requests: Quantities): string[] {
  const usage = { requests, limits: {} }
  const low = Object.entries(quantities(item.min)).flatMap(
    ([name, least]) => minimum(item.type, name, least, usage) ?? [],
  )
  const high = Object.entries(quantities(item.max)).flatMap(([name, most]) => {
    const what = `maximum ${name} usage per ${item.type} is ${canonicalText(most)}`
    const request = requests[name]
    if (request === undefined) return [`${what}.  No request is specified`]
    return compareQuantities(request, most) > 0 ? [`${what}, but request is ${canonicalText(request)}`] : []
  })
  return [...low, ...high]
}

const minimum: Bound = (type, name, enforced, { requests, limits }) => {
  const what = `minimum ${name} usage per ${type} is ${canonicalText(enforced)}`
  const request = requests[name]
  const limit = limits[name]
  if (request === undefined) return `${what}.  No request is specified`
  if (compareQuantities(request, enforced) < 0) return `${what}, but request is ${canonicalText(request)}`
  if (limit && compareQuantities(limit, enforced) < 0) return `${what}, but limit is ${canonicalText(limit)}`
  return undefined
}

const maximum: Bound = (type, name, enforced, { requests, limits }) => {
  const what = `maximum ${name} usage per ${type} is ${canonicalText(enforced)}`
  const request = requests[name]
  const limit = limits[name]
  if (limit === undefined) return `${what}.  No limit is specified`
  if (compareQuantities(limit, enforced) > 0) return `${what}, but limit is ${canonicalText(limit)}`
  if (request && compareQuantities(request, enforced) > 0) return `${what}, but request is ${canonicalText(request)}`
  return undefined
}

const ratio: Bound = (type, name, enforced, { requests, limits }) => {
  const what = `${name} max limit to request ratio per ${type} is ${canonicalText(enforced)}`
  const request = requests[name]
  const limit = limits[name]
  if (!request || request.mantissa === 0n) return `${what}, but no request is specified or request is 0`
  if (!limit || limit.mantissa === 0n) return `${what}, but no limit is specified or limit is 0`
  const observed = quantityFloat(limit) / quantityFloat(request)
  return observed > quantityFloat(enforced) ? `${what}, but provided ratio is ${observed.toFixed(6)}` : undefined
}
