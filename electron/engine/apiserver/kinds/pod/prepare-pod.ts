import { qosClass } from '../../../../../shared/api/pod-qos.ts'
import type { AppArmorProfile, Pod, PodAffinityTerm, PodCondition } from '../../../../../shared/api/types/core-v1.ts'
import type { LabelSelector } from '../../../../../shared/api/types/meta-v1.ts'
import { cloneJson, semanticallyEqual } from '../../registry/json-value.ts'
import type { StrategyContext } from '../strategy.ts'
import { dropDisabledFields } from './drop-disabled.ts'
import { eachContainer } from './pod-rules.ts'

/** PrepareForCreate of pods. */
export function prepareNewPod(pod: Pod, context: StrategyContext): void {
  pod.metadata.generation = 1
  pod.status = { phase: 'Pending', qosClass: qosClass(pod) }
  dropDisabledFields(pod.spec)
  if ((pod.spec?.terminationGracePeriodSeconds ?? 0) < 0)
    Object.assign(pod.spec ?? {}, { terminationGracePeriodSeconds: 1 })
  if (pod.spec?.schedulingGates?.length) {
    const message = 'Scheduling is blocked due to non-empty scheduling gates'
    const times = { lastProbeTime: null, lastTransitionTime: context.now }
    const condition = { type: 'PodScheduled', status: 'False', ...times, reason: 'SchedulingGated', message }
    pod.status.conditions = [condition as unknown as PodCondition]
  }
  applyLabelKeys(pod)
  applyAppArmorAnnotations(pod, context)
}

/** Values of matchLabelKeys and mismatchLabelKeys are those of this pod: they become part of the selectors. */
function applyLabelKeys(pod: Pod): void {
  const { labels } = pod.metadata
  const apply = (selector: LabelSelector | undefined, keys: readonly string[] | undefined, operator: string) => {
    if (!selector || !keys?.length) return
    const own = keys.filter((key) => labels?.[key] !== undefined)
    const added = own.map((key) => ({ key, operator, values: [labels?.[key] as string] }))
    if (added.length > 0) selector.matchExpressions = [...(selector.matchExpressions ?? []), ...added]
  }
  const applyTerm = (term: PodAffinityTerm) => {
    apply(term.labelSelector, term.matchLabelKeys, 'In')
    apply(term.labelSelector, term.mismatchLabelKeys, 'NotIn')
  }
  for (const affinity of [pod.spec?.affinity?.podAffinity, pod.spec?.affinity?.podAntiAffinity]) {
    for (const term of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) applyTerm(term.podAffinityTerm)
    for (const term of affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) applyTerm(term)
  }
  for (const { labelSelector, matchLabelKeys } of pod.spec?.topologySpreadConstraints ?? []) {
    apply(labelSelector, matchLabelKeys, 'In')
  }
}

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/'

/** The annotations that were AppArmor's before it had fields: copied into them, with a warning. */
function applyAppArmorAnnotations(pod: Pod, context: StrategyContext): void {
  const { spec, metadata } = pod
  if (!spec || !metadata.annotations || spec.os?.name === 'windows') return
  eachContainer(spec, '', (container) => {
    const annotation = metadata.annotations?.[APPARMOR + container.name]
    if (annotation === undefined || container.securityContext?.appArmorProfile) return
    const profile = profileOf(annotation)
    const isNew = profile !== undefined && !semanticallyEqual(profile, spec.securityContext?.appArmorProfile)
    if (isNew) {
      container.securityContext ??= {}
      container.securityContext.appArmorProfile = profile
    }
    if (profile !== undefined && !isNew) return
    const path = `metadata.annotations[${APPARMOR}${container.name}]`
    context.warn(`${path}: deprecated since v1.30; use the "appArmorProfile" field instead`)
  })
}

function profileOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' }
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' }
  const localhostProfile = annotation.startsWith('localhost/') ? annotation.slice('localhost/'.length) : ''
  const isValid = localhostProfile !== '' && localhostProfile.trim() === localhostProfile
  return isValid ? { type: 'Localhost', localhostProfile } : undefined
}

/** PrepareForUpdate, by subresource: each may change only its part. */
export function preparePodUpdate(pod: Pod, old: Pod, subresource: string): void {
  if (subresource === 'status') prepareStatus(pod, old)
  else if (subresource === 'ephemeralcontainers') {
    const { ephemeralContainers } = pod.spec ?? {}
    restore(pod, old)
    if (pod.spec) {
      if (ephemeralContainers) pod.spec.ephemeralContainers = ephemeralContainers
      else delete pod.spec.ephemeralContainers
    }
  } else if (subresource === 'resize') prepareResize(pod, old)
  else if (subresource !== 'binding') pod.status = cloneJson(old.status)
  dropDisabledFields(pod.spec, old.spec)
}

/** All but what this write may set: the whole of it but managedFields and the version comes from the stored pod. */
function restore(pod: Pod, old: Pod): void {
  const { managedFields, resourceVersion } = pod.metadata
  pod.spec = cloneJson(old.spec)
  pod.status = cloneJson(old.status)
  pod.metadata = { ...cloneJson(old.metadata), managedFields, resourceVersion }
}

/** The containers' resources and resize policies; any other change of the list is left to validation. */
function prepareResize(pod: Pod, old: Pod): void {
  const lists = ['containers', 'initContainers'] as const
  const [given, stored] = [pod.spec, old.spec]
  if (!given || !stored) return
  const isSame = lists.every((list) => (given[list]?.length ?? 0) === (stored[list]?.length ?? 0))
  if (!isSame) return
  restore(pod, old)
  const spec = pod.spec as NonNullable<Pod['spec']>
  if (given.resources) spec.resources = given.resources
  else delete spec.resources
  for (const list of lists) {
    const isRenamed = given[list]?.some(({ name }, at) => name !== stored[list]?.[at]?.name)
    given[list]?.forEach((container, at) => {
      const target = spec[list]?.[at]
      if (!target) return
      if (isRenamed) Object.assign(target, container)
      for (const member of ['resources', 'resizePolicy'] as const) {
        if (container[member] === undefined) delete target[member]
        else Object.assign(target, { [member]: container[member] })
      }
    })
  }
}

function prepareStatus(pod: Pod, old: Pod): void {
  pod.spec = cloneJson(old.spec)
  pod.status ??= {}
  const { status } = pod
  const before = old.status ?? {}
  if (!status.qosClass && before.qosClass) status.qosClass = before.qosClass
  if (!status.observedGeneration && before.observedGeneration) status.observedGeneration = before.observedGeneration
  if (!before.nodeAllocatableResourceClaimStatuses) delete status.nodeAllocatableResourceClaimStatuses
  // The first address is there twice; clients that only know the single one decide.
  if (status.podIP && status.podIPs?.[0]?.ip !== status.podIP) status.podIPs = [{ ip: status.podIP }]
  else if (!status.podIP && status.podIPs?.[0]) status.podIP = status.podIPs[0].ip
  const generations = new Map<string, (number | undefined)[]>()
  for (const { type, observedGeneration } of before.conditions ?? []) {
    generations.set(type, [...(generations.get(type) ?? []), observedGeneration])
  }
  for (const condition of status.conditions ?? []) {
    const known = generations.get(condition.type)?.shift()
    if (!condition.observedGeneration && known) condition.observedGeneration = known
  }
}
