import {
  addQuantities,
  canonicalText,
  compareQuantities,
  parseQuantity,
  type Quantity,
  ZERO_QUANTITY,
} from '../../../../../shared/api/quantity.ts'
import type { Container, PodSpec, ResourceRequirements } from '../../../../../shared/api/types/core-v1.ts'
import { forbidden, invalid } from '../../machinery/field-error.ts'
import { isRestartable, type PodRules } from './pod-rules.ts'
import { checkPodLevelRequirements } from './validate-resources.ts'

type Amounts = Map<string, Quantity>

/** validatePodResources: a budget for the pod that its containers must fit into. */
export function checkPodResources(rules: PodRules, path: string): void {
  const { errors, spec } = rules
  const resources = spec.resources as ResourceRequirements | undefined
  if (!resources) return
  if (resources.claims) {
    errors.push(forbidden(`${path}.claims`, 'claims may not be set for Resources at pod-level'))
  }
  checkPodLevelRequirements(rules, path, resources)
  for (const [name, amount] of aggregateRequests(spec)) {
    const own = parseQuantity(resources.requests?.[name] ?? '0')
    if (compareQuantities(amount, own) <= 0) continue
    const message = `must be greater than or equal to aggregate container requests of ${canonicalText(amount)}`
    errors.push(invalid(`${path}.requests[${name}]`, canonicalText(own), message))
  }
  spec.containers?.forEach((container, at) => {
    for (const [name, text] of Object.entries(container.resources?.limits ?? {})) {
      const bound = resources.limits?.[name]
      if (bound === undefined) continue
      const [limit, podLimit] = [parseQuantity(text), parseQuantity(bound)]
      if (compareQuantities(limit, podLimit) <= 0) continue
      const message = `must be less than or equal to pod limits of ${canonicalText(podLimit)}`
      errors.push(invalid(`${path}.containers[${at}][${name}].limits`, canonicalText(limit), message))
    }
  })
}

/** AggregateContainerRequests: what runs together, or the most that an init container needs beside its sidecars. */
function aggregateRequests(spec: PodSpec): Amounts {
  const total: Amounts = new Map()
  for (const container of spec.containers ?? []) add(total, requestsOf(container))
  const sidecars: Amounts = new Map()
  const most: Amounts = new Map()
  for (const container of spec.initContainers ?? []) {
    const needed = requestsOf(container)
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

function requestsOf(container: Container): Amounts {
  return new Map(Object.entries(container.resources?.requests ?? {}).map(([name, text]) => [name, parseQuantity(text)]))
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
