import { type Amounts, resourceAmount } from '../../shared/api/pod-resources.ts'
import { quantitySign, tryParseQuantity } from '../../shared/api/quantity.ts'
import { ApiError } from '../../shared/api/status.ts'
import type { EngineInfo } from './docker/engine-types.ts'
import type { NodeRecord, NodeSize } from './installation/cluster-record.ts'

const MIB = 1024 * 1024
/** What nodes may not promise: room for the engine, its containers' shims and the rest of the machine. */
const RESERVED_MEMORY_SHARE = 0.1
const RESERVED_MEMORY_MINIMUM_BYTES = 256 * MIB

export type Machine = Pick<EngineInfo, 'NCPU' | 'MemTotal'>

/** What all nodes of a cluster may promise together. */
export function promisable({ NCPU, MemTotal }: Machine): Amounts {
  const reserved = Math.max(RESERVED_MEMORY_MINIMUM_BYTES, MemTotal * RESERVED_MEMORY_SHARE)
  return { cpu: NCPU * 1000, memory: Math.max(0, MemTotal - reserved) }
}

/** What a node has of `whole`: what it was given, else its part. */
export function sizeOf({ cpu, memory, oneOf }: NodeSize, whole: Amounts): Amounts {
  return {
    cpu: cpu === undefined ? (whole.cpu ?? 0) / oneOf : resourceAmount('cpu', cpu),
    memory: memory === undefined ? (whole.memory ?? 0) / oneOf : resourceAmount('memory', memory),
  }
}

/** Whether the machine has room for a node of that size beside others. */
export function hasRoom(nodes: readonly NodeRecord[], size: NodeSize, machine: Machine): boolean {
  const asked = sizeOf(size, promisable(machine))
  const left = roomLeft(nodes, machine)
  return fits(asked.cpu ?? 0, left.cpu ?? 0) && fits(asked.memory ?? 0, left.memory ?? 0)
}

/** Throws an Invalid ApiError that says what is left when the machine has no room for the node beside others. */
export function requireRoom(nodes: readonly NodeRecord[], { name, size }: NodeRecord, machine: Machine): void {
  if (hasRoom(nodes, size, machine)) return
  const whole = promisable(machine)
  throw new ApiError(
    'Invalid',
    `node "${name}" asks for ${words(sizeOf(size, whole))}, but of the ${words(whole)} that nodes may promise on this ` +
      `machine only ${words(roomLeft(nodes, machine))} are left: ask for less with --cpu and --memory, ` +
      'remove a node, or promise more than there is with --overcommit',
  )
}

/** Throws a BadRequest ApiError for what is no amount of cpu or memory. */
export function requireQuantities(given: { readonly cpu?: string | undefined; readonly memory?: string | undefined }) {
  for (const [resource, text] of Object.entries(given)) {
    if (text === undefined) continue
    const parsed = tryParseQuantity(text)
    if (typeof parsed === 'string') throw new ApiError('BadRequest', `${resource} "${text}": ${parsed}`)
    if (quantitySign(parsed) <= 0) throw new ApiError('BadRequest', `${resource} "${text}": must be greater than 0`)
  }
}

function roomLeft(nodes: readonly NodeRecord[], machine: Machine): Amounts {
  const whole = promisable(machine)
  const sizes = nodes.map(({ size }) => sizeOf(size, whole))
  const left = (resource: string) => sizes.reduce((sum, size) => sum - (size[resource] ?? 0), whole[resource] ?? 0)
  return { cpu: Math.max(0, left('cpu')), memory: Math.max(0, left('memory')) }
}

/** Parts of a machine add up to it only nearly. */
function fits(asked: number, left: number): boolean {
  return asked <= left * (1 + Number.EPSILON * 64) + 1
}

function words(amounts: Amounts): string {
  return `${Math.floor(amounts.cpu ?? 0)}m CPU and ${Math.floor((amounts.memory ?? 0) / MIB)}Mi memory`
}
