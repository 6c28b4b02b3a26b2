import { parseQuantity, quantityMilliValue, quantityValue } from './quantity.ts'
import type { Container, PodSpec } from './types/core-v1.ts'

/** Amounts by resource name: cpu in thousandths of a core, everything else in its own unit (bytes, pieces). */
export type Amounts = Readonly<Record<string, number>>

/** kube-scheduler's assumption for pods that ask for nothing, used when scoring only. */
export const DEFAULT_MILLI_CPU = 100
export const DEFAULT_MEMORY_BYTES = 200 * 1024 * 1024

/** One quantity text as an amount of that resource. */
export function resourceAmount(resource: string, quantity: string): number {
  const parsed = parseQuantity(quantity)
  return resource === 'cpu' ? quantityMilliValue(parsed) : quantityValue(parsed)
}

export function resourceAmounts(list: Readonly<Record<string, string>> | undefined): Amounts {
  const amounts: Record<string, number> = {}
  for (const [resource, quantity] of Object.entries(list ?? {})) amounts[resource] = resourceAmount(resource, quantity)
  return amounts
}

/**
 * What a pod needs at its peak (resourcehelper.PodRequests): the larger of what runs together at the end and of each
 * init container with the sidecars started before it; pod-level requests replace the sum where they are set; overhead
 * comes on top.
 */
export function podRequests(spec: PodSpec, of: (container: Container) => Amounts = containerRequests): Amounts {
  let total: Record<string, number> = {}
  for (const container of spec.containers) total = sum(total, of(container))
  let sidecars: Record<string, number> = {}
  let init: Record<string, number> = {}
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      sidecars = sum(sidecars, of(container))
      init = largest(init, sidecars)
    } else init = largest(init, sum(sidecars, of(container)))
  }
  total = largest(sum(total, sidecars), init)
  return sum({ ...total, ...resourceAmounts(spec.resources?.requests) }, resourceAmounts(spec.overhead))
}

/** The same with kube-scheduler's assumptions where a container asks for no cpu or memory: for scores. */
export function podScoringRequests(spec: PodSpec): Amounts {
  return podRequests(spec, (container) => ({
    cpu: DEFAULT_MILLI_CPU,
    memory: DEFAULT_MEMORY_BYTES,
    ...containerRequests(container),
  }))
}

function containerRequests(container: Container): Amounts {
  return resourceAmounts(container.resources?.requests)
}

function sum(a: Amounts, b: Amounts): Record<string, number> {
  const result = { ...a }
  for (const resource in b) result[resource] = (result[resource] ?? 0) + (b[resource] as number)
  return result
}

function largest(a: Amounts, b: Amounts): Record<string, number> {
  const result = { ...a }
  for (const resource in b) result[resource] = Math.max(result[resource] ?? 0, b[resource] as number)
  return result
}
