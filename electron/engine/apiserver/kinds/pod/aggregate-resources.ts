import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  type Quantity,
  ZERO_QUANTITY,
} from '../../../../../shared/api/quantity.ts'
import type { Container, PodSpec } from '../../../../../shared/api/types/core-v1.ts'
import { isRestartable } from './pod-rules.ts'

type Amounts = Map<string, Quantity>

/** IsSupportedPodLevelResource. */
export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || isHugePages(name)
}

export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-')
}

/** AggregateContainerRequests: what runs together, or the most that an init container needs beside its sidecars. */
export function aggregateRequests(spec: PodSpec): Amounts {
  return aggregate(spec, 'requests')
}

/** AggregateContainerLimits. */
export function aggregateLimits(spec: PodSpec): Amounts {
  return aggregate(spec, 'limits')
}

function aggregate(spec: PodSpec, member: 'requests' | 'limits'): Amounts {
  const total: Amounts = new Map()
  for (const container of spec.containers ?? []) add(total, amountsOf(container, member))
  const sidecars: Amounts = new Map()
  const most: Amounts = new Map()
  for (const container of spec.initContainers ?? []) {
    const needed = amountsOf(container, member)
    if (isRestartable(container)) {
      add(total, needed)
      add(sidecars, needed)
      raise(most, sidecars)
    } else {
      const together: Amounts = new Map(needed)
      add(together, sidecars)
      raise(most, together)
    }
  }
  raise(total, most)
  return total
}

function amountsOf(container: Container, member: 'requests' | 'limits'): Amounts {
  return new Map(Object.entries(container.resources?.[member] ?? {}).map(([name, text]) => [name, parseQuantity(text)]))
}

function add(target: Amounts, amounts: Amounts): void {
  for (const [name, amount] of amounts) {
    const known = target.get(name)
    target.set(name, known === undefined ? amount : addQuantities(known, amount))
  }
}

function raise(target: Amounts, amounts: Amounts): void {
  for (const [name, amount] of amounts) {
    if (compareQuantities(amount, target.get(name) ?? ZERO_QUANTITY) > 0) target.set(name, amount)
  }
}
