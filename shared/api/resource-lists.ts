import { addQuantities, compareQuantities, parseQuantity, type Quantity, ZERO_QUANTITY } from './quantity.ts'
import type { PodSpec } from './types/core-v1.ts'

/** corev1.ResourceList with exact amounts. */
export type Quantities = Readonly<Record<string, Quantity>>

export function quantities(list: Readonly<Record<string, string>> | undefined | null): Quantities {
  return Object.fromEntries(Object.entries(list ?? {}).map(([name, text]) => [name, parseQuantity(text)]))
}

export function add(left: Quantities, right: Quantities): Quantities {
  const sum: Record<string, Quantity> = { ...left }
  for (const [name, amount] of Object.entries(right)) sum[name] = addQuantities(sum[name] ?? ZERO_QUANTITY, amount)
  return sum
}

export function largest(left: Quantities, right: Quantities): Quantities {
  const result: Record<string, Quantity> = { ...left }
  for (const [name, amount] of Object.entries(right)) {
    const other = result[name]
    if (other === undefined || compareQuantities(amount, other) > 0) result[name] = amount
  }
  return result
}

/** PodRequests and PodLimits: the peak of init containers, sidecars and containers, pod-level amounts, overhead. */
export function podTotal(spec: PodSpec, list: 'requests' | 'limits'): Quantities {
  let total: Quantities = {}
  for (const { resources } of spec.containers) total = add(total, quantities(resources?.[list]))
  let sidecars: Quantities = {}
  let init: Quantities = {}
  for (const { resources, restartPolicy } of spec.initContainers ?? []) {
    const own = quantities(resources?.[list])
    if (restartPolicy === 'Always') {
      sidecars = add(sidecars, own)
      init = largest(init, sidecars)
    } else init = largest(init, add(sidecars, own))
  }
  total = { ...largest(add(total, sidecars), init), ...quantities(spec.resources?.[list]) }
  const overhead = quantities(spec.overhead)
  if (list === 'requests') return add(total, overhead)
  // Overhead raises a limit that is there; it makes none.
  return add(total, Object.fromEntries(Object.entries(overhead).filter(([name]) => name in total)))
}
