import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { promisify } from 'node:util'
import { type Cidr, makeCidr, parseCidr, parseIPv4 } from './ipv4.ts'

const MULTICAST = 224 * 2 ** 24

/** A range that something on this machine uses, and what. */
export interface UsedSubnet {
  readonly cidr: Cidr
  readonly user: string
}

/** The ranges of this machine's interfaces and routes (VPNs have routes that no interface shows). */
export async function hostSubnets(): Promise<readonly UsedSubnet[]> {
  const interfaces = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).flatMap(({ cidr }) => {
      const parsed = cidr ? parseCidr(cidr) : undefined
      return parsed ? [{ cidr: parsed, user: `the network interface ${name}` }] : []
    }),
  )
  return [...interfaces, ...(await routes())]
}

async function routes(): Promise<readonly UsedSubnet[]> {
  try {
    if (process.platform === 'linux') return parseLinuxRoutes(await readFile('/proc/net/route', 'utf8'))
    const { stdout } = await promisify(execFile)('netstat', ['-rn'])
    return process.platform === 'win32' ? parseWindowsRoutes(stdout) : parseBsdRoutes(stdout)
  } catch {
    // Routes only add to what the interfaces tell: without them a clash is found by the probe.
    return []
  }
}

/** /proc/net/route: interface, destination and mask as little-endian hexadecimal. */
export function parseLinuxRoutes(text: string): UsedSubnet[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/)
      const [name, destination, , , , , , mask] = fields
      if (!name || !destination || !mask || destination === '00000000') return []
      return [
        { cidr: makeCidr(littleEndian(destination), maskBits(littleEndian(mask))), user: `a route through ${name}` },
      ]
    })
}

/** macOS: "10.8/16  link#4  UCS  utun3": trailing zeros of the destination are left out. */
export function parseBsdRoutes(text: string): UsedSubnet[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/)
    const match = /^(\d+(?:\.\d+){0,3})(?:\/(\d+))?$/.exec(fields[0] ?? '')
    if (!match?.[1] || fields.length < 4) return []
    const parts = match[1].split('.')
    const address = parseIPv4([...parts, '0', '0', '0'].slice(0, 4).join('.'))
    if (address === undefined || match[1].startsWith('127')) return []
    const bits = match[2] === undefined ? parts.length * 8 : Number(match[2])
    return bits === 0 ? [] : [{ cidr: makeCidr(address, bits), user: `a route through ${fields[3]}` }]
  })
}

/** Windows: "10.8.0.0  255.255.0.0  On-link  10.8.0.5  281". */
export function parseWindowsRoutes(text: string): UsedSubnet[] {
  return text.split('\n').flatMap((line) => {
    const [destination, mask, , through] = line.trim().split(/\s+/)
    const address = parseIPv4(destination ?? '')
    const maskNumber = parseIPv4(mask ?? '')
    if (!address || !maskNumber || address >= MULTICAST) return []
    return [{ cidr: makeCidr(address, maskBits(maskNumber)), user: `a route through ${through}` }]
  })
}

function littleEndian(hex: string): number {
  return (hex.match(/../g) ?? []).reduceRight((address, byte) => address * 256 + Number.parseInt(byte, 16), 0)
}

function maskBits(mask: number): number {
  return mask.toString(2).replaceAll('0', '').length
}
