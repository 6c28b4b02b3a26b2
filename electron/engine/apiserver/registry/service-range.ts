import { invariant } from '../../../../shared/lang/invariant.ts'

/** An IPv4 range such as "10.96.0.0/16", for Service addresses. */
export interface ServiceRange {
  readonly cidr: string
  /** How many addresses may be given out: neither the network's nor the broadcast address. */
  readonly size: number
  /** The address at 1 .. size. */
  address(offset: number): string
  /** The offset of an address, undefined when it lies outside. */
  offset(address: string): number | undefined
}

export function parseServiceRange(cidr: string): ServiceRange {
  const [base = '', bits = ''] = cidr.split('/')
  const start = toNumber(base)
  const length = Number(bits)
  invariant(start !== undefined && length >= 8 && length <= 30, `${cidr} is a usable service range`)
  const size = 2 ** (32 - length) - 2
  return {
    cidr,
    size,
    address: (offset) => toText(start + offset),
    offset(address) {
      const value = toNumber(address)
      if (value === undefined) return undefined
      const offset = value - start
      return offset >= 1 && offset <= size ? offset : undefined
    },
  }
}

function toNumber(address: string): number | undefined {
  const parts = address.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined
  return parts.reduce((value, part) => value * 256 + Number(part), 0)
}

function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
}
