import { isIPv6 } from 'node:net'
import { type FieldError, invalid } from '../machinery/field-error.ts'

/**
 * IP addresses and ranges as Kubernetes validates them since its strict rules: no leading zeros, no IPv4-mapped IPv6,
 * no bits beyond the prefix. Values that an object had before stay allowed.
 */

export interface Address {
  readonly bits: bigint
  readonly size: 32 | 128
}

const IP_MESSAGE = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
const CIDR_MESSAGE = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

/** ParseIPSloppy: leading zeros are decimal. */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) return parseIPv4(text)
  if (text.includes('%') || !isIPv6(withoutZeros(text))) return undefined
  const dotted = /^(.*:)([0-9.]+\.[0-9]+)$/.exec(text)
  let rest = text
  if (dotted) {
    const tail = parseIPv4(dotted[2] as string)?.bits ?? 0n
    rest = `${dotted[1]}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`
  }
  const [head = '', tail] = rest.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail ? tail.split(':') : []
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right]
  return { bits: groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n), size: 128 }
}

function withoutZeros(text: string): string {
  return text.replace(/(?<=[.:])0+(?=\d+(\.|$))/g, (zeros, _end, at) => (text.includes('.', at) ? '' : zeros))
}

function parseIPv4(text: string): Address | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d+$/.test(part) && Number(part) < 256)) return undefined
  return { bits: parts.reduce((bits, part) => (bits << 8n) | BigInt(Number(part)), 0n), size: 32 }
}

/** The canonical text, as Go's netip prints it. */
export function formatAddress({ bits, size }: Address): string {
  if (size === 32) return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 0xffn)).join('.')
  const groups = Array.from({ length: 8 }, (_, at) => ((bits >> BigInt(112 - at * 16)) & 0xffffn).toString(16))
  if (isMapped({ bits, size })) return `::ffff:${formatAddress({ bits: bits & 0xffffffffn, size: 32 })}`
  const text = groups.join(':')
  const runs = [...text.matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)].sort((a, b) => b[0].length - a[0].length)
  const [run] = runs
  if (!run) return text
  const before = text.slice(0, run.index).replace(/:$/, '')
  return `${before}::${text.slice(run.index + run[0].length).replace(/^:/, '')}`
}

export function isMapped({ bits, size }: Address): boolean {
  return size === 128 && bits >> 32n === 0xffffn
}

function hasLeadingZeros(text: string): boolean {
  return /(^|[.:])0\d+(?=\.|$)/.test(text) && text.includes('.')
}

/** IsValidIPForLegacyField. */
export function ipErrors(path: string, value: string, before: readonly string[] = []): FieldError[] {
  if (before.includes(value)) return []
  const address = parseAddress(value)
  if (!address) return [invalid(path, value, IP_MESSAGE)]
  const errors: FieldError[] = []
  if (hasLeadingZeros(value)) errors.push(invalid(path, value, 'must not have leading 0s'))
  if (isMapped(address)) errors.push(invalid(path, value, 'must not be an IPv4-mapped IPv6 address'))
  return errors
}

export interface Range extends Address {
  readonly prefix: number
}

/** ParseCIDRSloppy; the address is as written, with its host bits. */
export function parseRange(text: string): Range | undefined {
  const slash = text.indexOf('/')
  if (slash < 0 || !/^\d+$/.test(text.slice(slash + 1))) return undefined
  const address = parseAddress(text.slice(0, slash))
  const prefix = Number(text.slice(slash + 1))
  return address && prefix <= address.size ? { ...address, prefix } : undefined
}

function hostBits({ bits, size, prefix }: Range): bigint {
  return bits & ((1n << BigInt(size - prefix)) - 1n)
}

/** IsValidCIDRForLegacyField. */
export function cidrErrors(path: string, value: string, before: readonly string[] = []): FieldError[] {
  if (before.includes(value)) return []
  const range = parseRange(value)
  if (!range) return [invalid(path, value, CIDR_MESSAGE)]
  const [address = '', prefix = ''] = value.split('/')
  const errors: FieldError[] = []
  if (hasLeadingZeros(address) || /^0\d/.test(prefix)) {
    errors.push(invalid(path, value, 'must not have leading 0s in IP or prefix length'))
  }
  if (isMapped(range)) errors.push(invalid(path, value, 'must not have an IPv4-mapped IPv6 address'))
  else if (hostBits(range) !== 0n) {
    errors.push(invalid(path, value, 'must not have bits set beyond the prefix length'))
  }
  return errors
}

/** IsValidCIDR: strict, and in the one canonical form. */
export function canonicalCIDRErrors(path: string, value: string): FieldError[] {
  const range = parseRange(value)
  const errors = cidrErrors(path, value)
  if (!range || errors.length > 0) return errors
  const canonical = `${formatAddress(range)}/${range.prefix}`
  return canonical === value ? [] : [invalid(path, value, `must be in canonical form ("${canonical}")`)]
}

/** Whether `inner` lies within `outer`. */
export function contains(outer: Range, inner: Range): boolean {
  if (outer.size !== inner.size || inner.prefix < outer.prefix) return false
  const shift = BigInt(outer.size - outer.prefix)
  return inner.bits >> shift === outer.bits >> shift
}

/** ValidateNonSpecialIP: addresses that nothing outside of a machine can be reached at. */
export function nonSpecialIPErrors(path: string, value: string): FieldError[] {
  const address = parseAddress(value)
  if (!address) return [invalid(path, value, 'must be a valid IP address')]
  const mapped = isMapped(address)
  const { bits, size } = mapped ? { bits: address.bits & 0xffffffffn, size: 32 } : address
  const within = (four: string, six: string) => {
    const range = parseRange(size === 32 ? four : six) as Range
    return contains(range, { bits, size: size as 32 | 128, prefix: size })
  }
  const rules: [boolean, string][] = [
    [bits === 0n, `may not be unspecified (${value})`],
    [within('127.0.0.0/8', '::1/128'), 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    [within('169.254.0.0/16', 'fe80::/10'), 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
    [within('224.0.0.0/24', 'ff02::/16'), 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
  ]
  return rules.filter(([holds]) => holds).map(([, why]) => invalid(path, value, why))
}
