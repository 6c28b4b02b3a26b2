import type { Job } from '../../../../shared/api/types/batch-v1.ts'
import type { Container, Pod } from '../../../../shared/api/types/core-v1.ts'
import { podFromTemplate } from '../workload/pod-control.ts'
import { COMPLETION_INDEX } from './completion-index.ts'
import { failureAnnotations, type IndexFailures } from './index-failures.ts'
import { TRACKING } from './tracking.ts'

/** The server cuts longer ones, and with them the index. */
const MAX_PREFIX = 58

/** A pod to create; of an Indexed Job its index, and how often the index has failed before. */
export interface NewPod {
  readonly index?: number
  readonly failures?: Pick<IndexFailures, 'counted' | 'ignored'>
}

export function jobPod(job: Job, { index, failures }: NewPod): Pod {
  const pod = podFromTemplate(job.spec?.template, job)
  const finalizers = [...(pod.metadata.finalizers ?? []), TRACKING]
  if (index === undefined) return { ...pod, metadata: { ...pod.metadata, finalizers } }
  const { name } = job.metadata
  const spec = pod.spec ?? { containers: [] }
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      generateName: `${name?.slice(0, MAX_PREFIX - `-${index}-`.length)}-${index}-`,
      labels: { ...pod.metadata.labels, [COMPLETION_INDEX]: String(index) },
      annotations: {
        ...pod.metadata.annotations,
        [COMPLETION_INDEX]: String(index),
        ...(failures && job.spec?.backoffLimitPerIndex !== undefined ? failureAnnotations(failures) : {}),
      },
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
  const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.labels['${COMPLETION_INDEX}']` }
  return { ...container, env: [...(container.env ?? []), { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } }] }
}
