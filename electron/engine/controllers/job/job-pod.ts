import type { Job } from '../../../../shared/api/types/batch-v1.ts'
import type { Container, Pod } from '../../../../shared/api/types/core-v1.ts'
import { podFromTemplate } from '../workload/pod-control.ts'

/** Holds a finished pod until the Job has counted it. */
export const TRACKING = 'batch.kubernetes.io/job-tracking'
const INDEX = 'batch.kubernetes.io/job-completion-index'

export function isIndexed(job: Job): boolean {
  return job.spec?.completionMode === 'Indexed'
}

export function indexOf(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[INDEX]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/** A pod of the Job; of an Indexed one the pod with this index. */
export function jobPod(job: Job, index: number | undefined): Pod {
  const pod = podFromTemplate(job.spec?.template, job)
  const finalizers = [...(pod.metadata.finalizers ?? []), TRACKING]
  if (index === undefined) return { ...pod, metadata: { ...pod.metadata, finalizers } }
  const { name } = job.metadata
  const spec = pod.spec ?? { containers: [] }
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      generateName: `${name}-${index}-`,
      labels: { ...pod.metadata.labels, [INDEX]: String(index) },
      annotations: { ...pod.metadata.annotations, [INDEX]: String(index) },
      finalizers,
    },
    spec: {
      ...spec,
      hostname: `${name}-${index}`,
      containers: spec.containers.map(withIndex),
      ...(spec.initContainers ? { initContainers: spec.initContainers.map(withIndex) } : {}),
    },
  }
}

function withIndex(container: Container): Container {
  if (container.env?.some(({ name }) => name === 'JOB_COMPLETION_INDEX')) return container
  const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX}']` }
  return { ...container, env: [...(container.env ?? []), { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } }] }
}
