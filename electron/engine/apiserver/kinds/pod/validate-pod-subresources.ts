import { qosClass } from '../../../../../shared/api/pod-qos.ts'
import type { Container, Pod, PodSpec, ResourceRequirements } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, forbidden, invalid } from '../../machinery/field-error.ts'
import { semanticallyEqual } from '../../registry/json-value.ts'
import { internalDiff } from '../internal-form.ts'
import { isRestartable } from './pod-rules.ts'
import { toleratedOf } from './tolerated.ts'
import { checkAnnotationChanges, checkPodAnnotations, isMirrorPod } from './validate-annotations.ts'
import { checkPod } from './validate-pod.ts'

/** The path of a whole object, as field.NewPath("") prints it. */
const WHOLE = '[]'

/** ValidatePodEphemeralContainersUpdate: containers are added, never changed or taken away. */
export function validateEphemeralContainers(pod: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = []
  const tolerated = toleratedOf(old.spec, old.metadata.annotations)
  const spec = checkPod(errors, pod, tolerated)
  const { annotations } = pod.metadata
  checkAnnotationChanges(errors, 'metadata.annotations', annotations, old.metadata.annotations)
  checkPodAnnotations(errors, 'metadata.annotations', { annotations, spec, tolerated })
  if (isMirrorPod(old.metadata.annotations)) {
    return [forbidden(WHOLE, 'static pods do not support ephemeral containers')]
  }
  const path = 'spec.ephemeralContainers'
  const byName = new Map(spec.ephemeralContainers?.map((container) => [container.name, container]))
  for (const before of old.spec?.ephemeralContainers ?? []) {
    const next = byName.get(before.name)
    const what = `existing ephemeral containers "${before.name}" may not be`
    if (next === undefined) errors.push(forbidden(path, `${what} removed\n`))
    else if (!semanticallyEqual(before, next)) {
      const diff = internalDiff('core.v1.EphemeralContainer', before, next)
      errors.push(forbidden(path, `${what} changed\n${diff}`))
    }
  }
  return errors
}

/** ValidatePodResize: CPU and memory of containers that run. */
export function validateResize(pod: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = []
  const spec = checkPod(errors, pod, toleratedOf(old.spec, old.metadata.annotations))
  const oldSpec = old.spec ?? { containers: [] }
  if (hasBudget(spec) || hasBudget(oldSpec)) {
    return [forbidden(WHOLE, 'pods with pod-level resources cannot be resized')]
  }
  if (isMirrorPod(old.metadata.annotations)) return [forbidden(WHOLE, 'static pods cannot be resized')]
  if (oldSpec.os?.name === 'windows') return [forbidden(WHOLE, 'windows pods cannot be resized')]
  const before = old.status?.qosClass ?? qosClass(old)
  if (before !== qosClass(pod)) {
    errors.push(invalid('spec', pod.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'))
  }
  if (!supportsResize(old)) errors.push(forbidden('spec', 'Pod running on node without support for resize'))
  const rest: PodSpec = { ...spec }
  checkInitContainers(errors, rest, oldSpec)
  checkContainers(errors, rest, oldSpec)
  if (errors.length > 0) return errors
  if (!semanticallyEqual(rest, oldSpec)) errors.push(forbidden('spec', 'only cpu and memory resources are mutable'))
  return errors
}

function hasBudget({ resources }: PodSpec): boolean {
  const { requests, limits } = (resources ?? {}) as ResourceRequirements
  return Object.keys(requests ?? {}).length + Object.keys(limits ?? {}).length > 0
}

/** Nodes that can resize say what their containers have. */
function supportsResize({ status }: Pod): boolean {
  const running = status?.containerStatuses?.find(({ state }) => state?.running)
  return running === undefined || running.resources !== undefined
}

function checkContainers(errors: FieldError[], rest: PodSpec, old: PodSpec): void {
  rest.containers = rest.containers.map((container, at) => {
    const before = old.containers[at]
    if (!before) return container
    checkResize(errors, `spec.containers[${at}].resources`, container, before)
    const fixed = withResourcesOf(container, before)
    if (!semanticallyEqual(fixed, before)) errors.push(forbidden('spec', 'only cpu and memory resources are mutable'))
    return fixed
  })
}

function checkInitContainers(errors: FieldError[], rest: PodSpec, old: PodSpec): void {
  if (!rest.initContainers) return
  rest.initContainers = rest.initContainers.map((container, at) => {
    const before = old.initContainers?.[at]
    if (!before) return container
    if (!isRestartable(container)) {
      if (!semanticallyEqual(container, before)) {
        errors.push(forbidden('spec', 'resources for non-sidecar init containers are immutable'))
      }
      return container
    }
    checkResize(errors, `spec.initContainers[${at}].resources`, container, before)
    const fixed = withResourcesOf(container, before)
    if (!semanticallyEqual(fixed, before)) {
      errors.push(forbidden('spec', 'only cpu and memory resources for sidecar containers are mutable'))
    }
    return fixed
  })
}

/** The container with its old CPU and memory. */
function withResourcesOf(container: Container, before: Container): Container {
  const list = (member: 'limits' | 'requests') => {
    const old = before.resources?.[member]
    if (!old) return undefined
    const { cpu: _cpu, memory: _memory, ...others } = container.resources?.[member] ?? {}
    const kept = Object.entries(old).filter(([name]) => name === 'cpu' || name === 'memory')
    return { ...others, ...Object.fromEntries(kept) }
  }
  const resources: ResourceRequirements = {}
  const [limits, requests] = [list('limits'), list('requests')]
  if (limits) resources.limits = limits
  if (requests) resources.requests = requests
  return { ...container, resources }
}

/** validateContainerResize: nothing is taken away. */
function checkResize(errors: FieldError[], path: string, container: Container, before: Container): void {
  for (const member of ['requests', 'limits'] as const) {
    const old = Object.keys(before.resources?.[member] ?? {})
    const next = container.resources?.[member] ?? {}
    if (old.length > Object.keys(next).length || old.some((name) => next[name] === undefined)) {
      errors.push(forbidden(`${path}.${member}`, `resource ${member} cannot be removed`))
    }
  }
}
