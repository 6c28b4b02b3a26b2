/** IPv4 addresses and ranges as numbers: "10.43.0.0/16" is { base: 0x0a2b0000, bits: 16 }. */
export interface Cidr {
  readonly base: number
  readonly bits: number
}

export function parseIPv4(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (!match) return undefined
  const parts = match.slice(1).map(Number)
  if (parts.some((part) => part > 255)) return undefined
  return parts.reduce((address, part) => address * 256 + part, 0)
}

export function formatIPv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')
}

function cidrSize(cidr: Cidr): number {
  return 2 ** (32 - cidr.bits)
}

export function makeCidr(address: number, bits: number): Cidr {
  const size = 2 ** (32 - bits)
  return { base: Math.floor(address / size) * size, bits }
}

export function parseCidr(text: string): Cidr | undefined {
  const [address, bits, ...rest] = text.split('/')
  const base = parseIPv4(address ?? '')
  if (base === undefined || rest.length > 0 || !/^\d{1,2}$/.test(bits ?? '') || Number(bits) > 32) return undefined
  return makeCidr(base, Number(bits))
}

export function formatCidr(cidr: Cidr): string {
  return `${formatIPv4(cidr.base)}/${cidr.bits}`
}

export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return a.base < b.base + cidrSize(b) && b.base < a.base + cidrSize(a)
}

/** Whether the range, as text, has the address; a text that is no range has none. */
export function cidrContains(range: string, address: number): boolean {
  const cidr = parseCidr(range)
  return cidr !== undefined && address >= cidr.base && address < cidr.base + cidrSize(cidr)
}
