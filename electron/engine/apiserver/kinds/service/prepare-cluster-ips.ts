import type { Service, ServiceSpec } from '../../../../../shared/api/types/core-v1.ts'
import { newInvalid } from '../../machinery/api-errors.ts'
import { type FieldError, invalid } from '../../machinery/field-error.ts'
import { parseAddress } from '../ip-rules.ts'
import { isHeadless } from './service-types.ts'
import { validateClusterIPs } from './validate-cluster-ips.ts'

/** The families that this cluster has addresses of. */
const CONFIGURED: ReadonlySet<string> = new Set(['IPv4'])
const DEFAULT_FAMILY = 'IPv4'

/**
 * initIPFamilyFields: says which families and how many addresses the Service gets. Kubernetes does so before anything
 * else is validated, so what is wrong with these fields is answered alone.
 */
export function prepareClusterIPs(service: Service, old: Service | undefined): void {
  const { spec } = service
  if (!spec || spec.type === 'ExternalName') return
  refuse(service, validateClusterIPs(spec, old?.spec))
  if (old?.spec && old.spec.type !== 'ExternalName') keepFamilies(spec, old.spec)
  if (isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0) prepareSelectorless(spec)
  else prepareFamilies(service, spec)
}

function refuse(service: Service, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw newInvalid({ group: '', kind: 'Service' }, service.metadata.name ?? '', errors)
}

function keepFamilies(spec: ServiceSpec, old: ServiceSpec): void {
  if (!spec.ipFamilies?.length && old.ipFamilies) spec.ipFamilies = [...old.ipFamilies]
  if (!spec.ipFamilyPolicy && old.ipFamilyPolicy) spec.ipFamilyPolicy = old.ipFamilyPolicy
}

/** Whoever writes the endpoints of these may use any family, also ones that the cluster does not have. */
function prepareSelectorless(spec: ServiceSpec): void {
  spec.ipFamilyPolicy ??= 'RequireDualStack'
  const families = spec.ipFamilies?.length ? spec.ipFamilies : [DEFAULT_FAMILY]
  const other = families[0] === 'IPv4' ? 'IPv6' : 'IPv4'
  spec.ipFamilies = families.length < 2 && spec.ipFamilyPolicy !== 'SingleStack' ? [...families, other] : families
}

function prepareFamilies(service: Service, spec: ServiceSpec): void {
  const { clusterIPs = [] } = spec
  const addresses = clusterIPs.filter((ip) => ip !== 'None')
  const found = addresses.map((ip) => (parseAddress(ip)?.size === 128 ? 'IPv6' : 'IPv4'))
  const wanted = spec.ipFamilies ?? []
  const errors: FieldError[] = []
  found.forEach((family, at) => {
    if (CONFIGURED.has(family)) return
    errors.push(invalid(`spec.clusterIPs[${at}]`, clusterIPs, `${family} is not configured on this cluster`))
  })
  wanted.forEach((family, at) => {
    if (!CONFIGURED.has(family)) {
      errors.push(invalid(`spec.ipFamilies[${at}]`, family, 'not configured on this cluster'))
    }
  })
  const policy = spec.ipFamilyPolicy
  if (policy === 'RequireDualStack' && CONFIGURED.size < 2) {
    errors.push(invalid('spec.ipFamilyPolicy', policy, 'this cluster is not configured for dual-stack services'))
  }
  if (policy === 'SingleStack') errors.push(...singleStackErrors(addresses.length, wanted.length))
  refuse(service, errors)
  spec.ipFamilyPolicy ??= Math.max(found.length, wanted.length) > 1 ? 'RequireDualStack' : 'SingleStack'
  const families = [...wanted, ...found.slice(wanted.length)]
  spec.ipFamilies = families.length > 0 ? families : [DEFAULT_FAMILY]
}

function singleStackErrors(addresses: number, families: number): FieldError[] {
  const path = 'spec.ipFamilyPolicy'
  const why = "must be 'RequireDualStack' or 'PreferDualStack' when multiple"
  const errors: FieldError[] = []
  if (addresses > 1) errors.push(invalid(path, 'SingleStack', `${why} cluster IPs are specified`))
  if (families > 1) errors.push(invalid(path, 'SingleStack', `${why} IP families are specified`))
  return errors
}
