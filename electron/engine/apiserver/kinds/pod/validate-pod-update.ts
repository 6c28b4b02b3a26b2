import type { Container, NodeAffinity, Pod, PodSpec, Toleration } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, forbidden, invalid, required } from '../../machinery/field-error.ts'
import { semanticallyEqual } from '../../registry/json-value.ts'
import { internalDiff, printInternal } from '../internal-form.ts'
import { toleratedOf } from './tolerated.ts'
import { checkAnnotationChanges, checkPodAnnotations } from './validate-annotations.ts'
import { checkPod } from './validate-pod.ts'
import { checkTolerations } from './validate-tolerations.ts'

const MAX_INT32 = 2 ** 31 - 1

const MUTABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',')

/** ValidatePodUpdate: nearly all of a pod is decided when it is created. */
export function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = []
  const tolerated = toleratedOf(old.spec, old.metadata.annotations)
  const spec = checkPod(errors, pod, tolerated)
  const oldSpec = old.spec ?? { containers: [] }
  const { annotations } = pod.metadata
  checkAnnotationChanges(errors, 'metadata.annotations', annotations, old.metadata.annotations)
  checkPodAnnotations(errors, 'metadata.annotations', { annotations, spec, tolerated })
  for (const list of ['containers', 'initContainers'] as const) {
    if (!checkSameContainers(errors, `spec.${list}`, spec[list] ?? [], oldSpec[list] ?? [])) return errors
  }
  if (!checkDeadline(errors, spec.activeDeadlineSeconds, oldSpec.activeDeadlineSeconds)) return errors
  checkTolerationChanges(errors, spec.tolerations ?? [], oldSpec.tolerations ?? [])
  checkGateChanges(errors, spec, oldSpec)
  if (semanticallyEqual(spec, oldSpec)) return errors
  const rest = withoutMutable(errors, spec, oldSpec)
  if (!semanticallyEqual(rest, oldSpec)) {
    const diff = internalDiff('core.v1.PodSpec', oldSpec, rest)
    errors.push(forbidden('spec', `pod updates may not change fields other than ${MUTABLE}\n${diff}`))
  }
  return errors
}

/** ValidateContainerUpdates; false ends the validation. */
function checkSameContainers(
  errors: FieldError[],
  path: string,
  containers: readonly Container[],
  old: readonly Container[],
): boolean {
  if (containers.length !== old.length) {
    errors.push(forbidden(path, 'pod updates may not add or remove containers'))
    return false
  }
  containers.forEach(({ image = '' }, at) => {
    if (image === '') errors.push(required(`${path}[${at}].image`))
    if (image.trim() !== image) {
      errors.push(invalid(`${path}[${at}].image`, image, 'must not have leading or trailing whitespace'))
    }
  })
  return true
}

function checkDeadline(errors: FieldError[], seconds: number | undefined, old: number | undefined): boolean {
  const path = 'spec.activeDeadlineSeconds'
  if (seconds === undefined) {
    if (old !== undefined) errors.push(invalid(path, null, 'must not update from a positive integer to nil value'))
    return true
  }
  if (seconds < 0 || seconds > MAX_INT32) {
    errors.push(invalid(path, seconds, `must be between 0 and ${MAX_INT32}, inclusive`))
    return false
  }
  if (old !== undefined && old < seconds) {
    errors.push(invalid(path, seconds, 'must be less than or equal to previous value'))
    return false
  }
  return true
}

/** validateOnlyAddedTolerations: what a pod tolerates it goes on tolerating, perhaps for another time. */
function checkTolerationChanges(errors: FieldError[], next: readonly Toleration[], old: readonly Toleration[]): void {
  const same = (a: Toleration, b: Toleration) =>
    (['key', 'operator', 'value', 'effect'] as const).every((member) => (a[member] ?? '') === (b[member] ?? ''))
  if (old.some((toleration) => !next.some((other) => same(toleration, other)))) {
    const message = 'existing toleration can not be modified except its tolerationSeconds'
    errors.push(forbidden('spec.tolerations', message))
    return
  }
  checkTolerations(errors, 'spec.tolerations', next)
}

/** validateOnlyDeletedSchedulingGates. */
function checkGateChanges(errors: FieldError[], spec: PodSpec, oldSpec: PodSpec): void {
  const known = new Set(oldSpec.schedulingGates?.map(({ name }) => name))
  const positions = new Map(spec.schedulingGates?.map(({ name }, at) => [name, at]))
  for (const [name, at] of positions) {
    if (known.has(name)) continue
    const message = `only deletion is allowed, but found new scheduling gate '${name}'`
    errors.push(forbidden(`spec.schedulingGates[${at}].name`, message))
  }
}

/** The new spec with what may change set back to the old: equal to it unless something else changed. */
function withoutMutable(errors: FieldError[], spec: PodSpec, old: PodSpec): PodSpec {
  const rest: PodSpec = {
    ...spec,
    containers: spec.containers.map((container, at) => ({ ...container, image: old.containers[at]?.image })),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
  }
  if (spec.initContainers) {
    rest.initContainers = spec.initContainers.map((container, at) => ({
      ...container,
      image: old.initContainers?.[at]?.image,
    }))
  }
  const period = old.terminationGracePeriodSeconds
  if (period !== undefined && period < 0 && spec.terminationGracePeriodSeconds === 1) {
    rest.terminationGracePeriodSeconds = period
  }
  if (old.schedulingGates?.length) restrictPlacement(errors, rest, old)
  return rest
}

/** A gated pod may still be told more of where it goes, never less. */
function restrictPlacement(errors: FieldError[], rest: PodSpec, old: PodSpec): void {
  if (!semanticallyEqual(rest.nodeSelector, old.nodeSelector)) {
    const lost = Object.entries(old.nodeSelector ?? {}).some(([name, value]) => rest.nodeSelector?.[name] !== value)
    if (lost) {
      const message = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'
      errors.push(invalid('spec.nodeSelector', rest.nodeSelector ?? null, message))
    }
    rest.nodeSelector = old.nodeSelector
  }
  const oldAffinity = old.affinity?.nodeAffinity
  if (semanticallyEqual(rest.affinity?.nodeAffinity, oldAffinity)) return
  checkNodeAffinityChange(errors, rest.affinity?.nodeAffinity, oldAffinity)
  const { podAffinity, podAntiAffinity } = rest.affinity ?? {}
  if (!old.affinity && !podAffinity && !podAntiAffinity) rest.affinity = undefined
  else rest.affinity = { ...rest.affinity, nodeAffinity: oldAffinity }
}

/** validateNodeAffinityMutation: terms stay, and each may only get more requirements. */
function checkNodeAffinityChange(
  errors: FieldError[],
  next: NodeAffinity | undefined,
  old: NodeAffinity | undefined,
): void {
  const oldTerms = old?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  if (oldTerms.length === 0) return
  const terms = next?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const path = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms'
  if (terms.length !== oldTerms.length) {
    const message = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'
    errors.push(invalid(path, terms.length === 0 ? null : printTerms(terms), message))
    return
  }
  oldTerms.forEach((oldTerm, at) => {
    const term = terms[at] ?? {}
    const isEmpty = !oldTerm.matchExpressions?.length && !oldTerm.matchFields?.length
    const onlyAdds = (['matchExpressions', 'matchFields'] as const).every((member) => {
      const given = oldTerm[member] ?? []
      return semanticallyEqual((term[member] ?? []).slice(0, isEmpty ? undefined : given.length), given)
    })
    if (onlyAdds) return
    const printed = printInternal('core.v1.NodeSelectorTerm', term)
    errors.push(invalid(`${path}[${at}]`, printed, 'only additions are allowed (no mutations or deletions)'))
  })
}

function printTerms(terms: readonly object[]): ReturnType<typeof printInternal> {
  return { text: `[${terms.map((term) => printInternal('core.v1.NodeSelectorTerm', term).text).join(',')}]` }
}
