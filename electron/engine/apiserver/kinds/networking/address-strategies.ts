import { dns1123Subdomain, pathSegmentName } from '../../../../../shared/api/names.ts'
import type { IPAddress, ServiceCIDR } from '../../../../../shared/api/types/networking-v1.ts'
import { type FieldError, invalid, required } from '../../machinery/field-error.ts'
import { equalJson } from '../../registry/json-value.ts'
import { printInternal } from '../internal-form.ts'
import { canonicalCIDRErrors, formatAddress, parseAddress, parseRange } from '../ip-rules.ts'
import type { KindStrategy } from '../strategy.ts'

export const ipAddressStrategy: KindStrategy<IPAddress> = {
  // The name is the address.
  validateName(name) {
    const address = parseAddress(name)
    if (!address) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']
    return formatAddress(address) === name ? [] : [`must be in canonical form ("${formatAddress(address)}")`]
  },
  validate: validateAddress,
  validateUpdate(address, old) {
    const parent = address.spec?.parentRef
    if (equalJson(parent, old.spec?.parentRef)) return validateAddress(address)
    const printed = parent === undefined ? parent : printInternal('networking.v1.ParentReference', parent)
    return [...validateAddress(address), invalid('spec.parentRef', printed, 'field is immutable')]
  },
}

function validateAddress({ spec }: IPAddress): FieldError[] {
  const path = 'spec.parentRef'
  const parent = spec?.parentRef
  if (!parent) return [required(path)]
  const { group = '', resource = '', namespace = '', name = '' } = parent
  const errors = group === '' ? [] : dns1123Subdomain(group).map((why) => invalid(`${path}.group`, group, why))
  const segment = (field: string, value: string, isNeeded: boolean) => {
    if (value === '' && isNeeded) errors.push(required(`${path}.${field}`))
    else if (value !== '') errors.push(...pathSegmentName(value).map((why) => invalid(`${path}.${field}`, value, why)))
  }
  segment('resource', resource, true)
  segment('name', name, true)
  segment('namespace', namespace, false)
  return errors
}

export const serviceCIDRStrategy: KindStrategy<ServiceCIDR> = {
  validate: validateRanges,
  validateUpdate(ranges, old) {
    const now = ranges.spec?.cidrs ?? []
    const before = old.spec?.cidrs ?? []
    // A second family may be added.
    if (before.length === 1 && now.length === 2 && now[0] === before[0]) return validateRanges(ranges)
    if (now.length !== before.length) {
      return [invalid('spec.cidrs', ranges.spec?.cidrs ?? null, 'field is immutable')]
    }
    return now.flatMap((cidr, at) =>
      cidr === before[at] ? [] : [invalid(`spec.cidrs[${at}]`, cidr, 'field is immutable')],
    )
  },
}

function validateRanges({ spec }: ServiceCIDR): FieldError[] {
  const path = 'spec.cidrs'
  const ranges = spec?.cidrs ?? []
  if (ranges.length === 0) return [required(path, 'at least one CIDR required')]
  if (ranges.length > 2) {
    return [invalid(path, { CIDRs: ranges }, 'may only hold up to 2 values')]
  }
  const errors = ranges.flatMap((range, at) => canonicalCIDRErrors(`${path}[${at}]`, range))
  const sizes = ranges.map((range) => parseRange(range)?.size)
  if (ranges.length === 2 && sizes[0] !== undefined && sizes[0] === sizes[1]) {
    const why = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'
    errors.push(invalid(path, ranges, why))
  }
  return errors
}
