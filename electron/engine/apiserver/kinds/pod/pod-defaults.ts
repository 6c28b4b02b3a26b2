import { canonicalText } from '../../../../../shared/api/quantity.ts'
import type { Container, Pod, PodSpec } from '../../../../../shared/api/types/core-v1.ts'
import { aggregateLimits, aggregateRequests, isHugePages, isPodLevelResource } from './aggregate-resources.ts'
import { defaultPodSpec } from './defaults.ts'

/** SetDefaults_Pod: what is chosen for pods, but not yet in the templates they come from. */
export function defaultPod({ spec }: Pod): void {
  if (!spec) return
  spec.enableServiceLinks ??= true
  defaultPodSpec(spec)
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    defaultRequests(container)
    if (spec.hostNetwork) for (const port of container.ports ?? []) port.hostPort ||= port.containerPort
  }
  if (spec.resources) defaultPodLevel(spec, spec.resources)
}

/** Requests that are not set are the limits. */
function defaultRequests({ resources }: Container): void {
  if (resources?.limits) resources.requests = { ...resources.limits, ...resources.requests }
}

/** What is not said for the whole pod follows from its containers, then from the pod's limits. */
function defaultPodLevel(spec: PodSpec, resources: NonNullable<PodSpec['resources']>): void {
  const limits = { ...resources.limits }
  for (const [name, amount] of aggregateLimits(spec)) {
    if (isHugePages(name)) limits[name] ??= canonicalText(amount)
  }
  if (resources.limits) resources.limits = limits
  const requests = { ...resources.requests }
  for (const [name, amount] of aggregateRequests(spec)) {
    if (isPodLevelResource(name)) requests[name] ??= canonicalText(amount)
  }
  for (const [name, text] of Object.entries(resources.limits ?? {})) {
    if (isPodLevelResource(name)) requests[name] ??= text
  }
  if (Object.keys(requests).length > 0) resources.requests = requests
}
