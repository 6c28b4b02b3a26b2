import { canonicalText, compareQuantities, parseQuantity } from '../../../../../shared/api/quantity.ts'
import type { ResourceRequirements } from '../../../../../shared/api/types/core-v1.ts'
import { ownMember } from '../../../../../shared/lang/own-member.ts'
import { forbidden, invalid } from '../../machinery/field-error.ts'
import { aggregateRequests, isPodLevelResource } from './aggregate-resources.ts'
import type { PodRules } from './pod-rules.ts'
import { checkPodLevelRequirements } from './validate-resources.ts'

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
    if (!isPodLevelResource(name)) continue
    const own = parseQuantity(resources.requests?.[name] ?? '0')
    if (compareQuantities(amount, own) <= 0) continue
    const message = `must be greater than or equal to aggregate container requests of ${canonicalText(amount)}`
    errors.push(invalid(`${path}.requests[${name}]`, canonicalText(own), message))
  }
  spec.containers?.forEach((container, at) => {
    for (const [name, text] of Object.entries(container.resources?.limits ?? {})) {
      const bound = ownMember(resources.limits, name)
      if (bound === undefined) continue
      const [limit, podLimit] = [parseQuantity(text), parseQuantity(bound)]
      if (compareQuantities(limit, podLimit) <= 0) continue
      const message = `must be less than or equal to pod limits of ${canonicalText(podLimit)}`
      errors.push(invalid(`${path}.containers[${at}][${name}].limits`, canonicalText(limit), message))
    }
  })
}
