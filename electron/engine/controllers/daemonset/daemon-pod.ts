import type { DaemonSet } from '../../../../shared/api/types/apps-v1.ts'
import type { Pod, PodSpec, Toleration } from '../../../../shared/api/types/core-v1.ts'
import { podFromTemplate } from '../workload/pod-control.ts'

export const REVISION_LABEL = 'controller-revision-hash'
const GENERATION_LABEL = 'pod-template-generation'
const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation'

/** A daemon stays on its node whatever state the node is in. */
const TOLERATED: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
]
const NO_NETWORK: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
}

/** The template's pod spec with what every daemon tolerates. */
export function daemonSpec(set: DaemonSet): PodSpec {
  const spec = set.spec?.template.spec ?? { containers: [] }
  const added = spec.hostNetwork ? [...TOLERATED, NO_NETWORK] : TOLERATED
  const own = spec.tolerations ?? []
  const isNew = (toleration: Toleration) =>
    !own.some(
      ({ key, operator, effect }) =>
        key === toleration.key && operator === toleration.operator && effect === toleration.effect,
    )
  return { ...spec, tolerations: [...own, ...added.filter(isNew)] }
}

/** The daemon of one node: the scheduler places it, but its affinity leaves it no other choice. */
export function daemonPod(set: DaemonSet, nodeName: string, hash: string): Pod {
  const pod = podFromTemplate(set.spec?.template, set)
  const spec = daemonSpec(set)
  const generation = set.metadata.annotations?.[GENERATION_ANNOTATION]
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] }
  const required = { nodeSelectorTerms: [term] }
  const { affinity } = spec
  const nodeAffinity = { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required }
  const labels = {
    ...pod.metadata.labels,
    [REVISION_LABEL]: hash,
    ...(generation ? { [GENERATION_LABEL]: generation } : {}),
  }
  return { ...pod, metadata: { ...pod.metadata, labels }, spec: { ...spec, affinity: { ...affinity, nodeAffinity } } }
}

/** The node that a daemon runs on, or waits to be placed on. */
export function nodeOf(pod: Pod): string | undefined {
  if (pod.spec?.nodeName) return pod.spec.nodeName
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return required?.nodeSelectorTerms[0]?.matchFields?.find(({ key }) => key === 'metadata.name')?.values?.[0]
}
