import type { ServiceSpec } from '../../../../../shared/api/types/core-v1.ts'
import { duplicate, type FieldError, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { equalJson } from '../../registry/json-value.ts'
import { ipErrors, parseAddress } from '../ip-rules.ts'
import { isHeadless } from './service-types.ts'

const PATH = 'spec.clusterIPs'
const FAMILIES = ['IPv4', 'IPv6']
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack']

/** ValidateServiceClusterIPsRelatedFields. */
export function validateClusterIPs(spec: ServiceSpec, old: ServiceSpec | undefined): FieldError[] {
  if (spec.type === 'ExternalName') return []
  const { clusterIPs = [], ipFamilyPolicy } = spec
  const errors = [...agreementErrors(spec), ...familyErrors(spec)]
  if (ipFamilyPolicy !== undefined && !POLICIES.includes(ipFamilyPolicy)) {
    errors.push(notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, POLICIES))
  }
  const bad = clusterIPs.flatMap((ip, at) => {
    if (at > 0 || ip !== 'None') return ipErrors(`${PATH}[${at}]`, ip, old?.clusterIPs)
    return clusterIPs.length > 1 ? [invalid(PATH, clusterIPs, "'None' must be the first and only value")] : []
  })
  errors.push(...bad)
  if (clusterIPs.length > 2) errors.push(invalid(PATH, clusterIPs, 'may only hold up to 2 values'))
  if (bad.length > 0) return errors
  const sizes = new Set(clusterIPs.map((ip) => parseAddress(ip)?.size))
  if (clusterIPs.length > 1 && sizes.size < 2) {
    errors.push(invalid(PATH, clusterIPs, 'may specify no more than one IP for each IP family'))
  }
  return [...errors, ...mismatchErrors(spec)]
}

/** clusterIP is the first of clusterIPs. */
function agreementErrors({ clusterIP, clusterIPs = [] }: ServiceSpec): FieldError[] {
  if (!clusterIP) {
    return clusterIPs.length > 0 ? [invalid(PATH, clusterIPs, 'must be empty when `clusterIP` is not specified')] : []
  }
  if (clusterIPs.length === 0) return [required(PATH)]
  return clusterIPs[0] === clusterIP ? [] : [invalid(PATH, clusterIPs, 'first value must match `clusterIP`')]
}

function familyErrors({ ipFamilies = [] }: ServiceSpec): FieldError[] {
  return ipFamilies.flatMap((family, at) => {
    const path = `spec.ipFamilies[${at}]`
    const errors = FAMILIES.includes(family) ? [] : [notSupported(path, family, FAMILIES)]
    return ipFamilies.indexOf(family) < at ? [...errors, duplicate(path, family)] : errors
  })
}

function mismatchErrors(spec: ServiceSpec): FieldError[] {
  const { clusterIPs = [], ipFamilies = [] } = spec
  if (isHeadless(spec)) return []
  return clusterIPs.flatMap((ip, at) => {
    const found = parseAddress(ip)?.size === 128 ? 'IPv6' : 'IPv4'
    const family = ipFamilies[at]
    if (family === undefined || family === found || !FAMILIES.includes(family)) return []
    return [invalid(`${PATH}[${at}]`, ip, `expected an ${family} value as indicated by \`ipFamilies[${at}]\``)]
  })
}

interface ListChange {
  readonly field: 'clusterIPs' | 'ipFamilies'
  readonly noun: 'clusterIP' | 'ipFamily'
}

/** The first address stays; a second one may be added, and released by going back to SingleStack. */
export function clusterIPChangeErrors(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  return changeErrors(spec, old, { field: 'clusterIPs', noun: 'clusterIP' })
}

export function familyChangeErrors(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  return changeErrors(spec, old, { field: 'ipFamilies', noun: 'ipFamily' })
}

function changeErrors(spec: ServiceSpec, old: ServiceSpec, { field, noun }: ListChange): FieldError[] {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return []
  if (isHeadless(spec) && isHeadless(old)) return []
  const now = spec[field] ?? []
  const before = old[field] ?? []
  if (equalJson(now, before)) return []
  const path = `spec.${field}`
  const changed = (at: number) => invalid(`${path}[${at}]`, now, 'may not change once set')
  if (now.length === before.length) return now.flatMap((item, at) => (item === before[at] ? [] : [changed(at)]))
  const errors: FieldError[] = []
  if (now.length < before.length && now.length === 0) {
    errors.push(invalid(`${path}[0]`, now, `primary ${noun} can not be unset`))
  }
  if (now.length > 0 && before.length > 0 && now[0] !== before[0]) errors.push(changed(0))
  if (now.length === 1 && before.length > 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    const why = `must be set to 'SingleStack' when releasing the secondary ${noun}`
    errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, why))
  }
  return errors
}
