import type { PodSpec } from '../../../../../shared/api/types/core-v1.ts'
import { eachContainer } from './pod-rules.ts'

/**
 * DropDisabledPodFields: members of features that v1.36 does not enable are forgotten, unless the stored spec uses them
 * already. They are: stop signals, scheduling groups, and projected trust bundles and pod certificates.
 */
export function dropDisabledFields(spec: PodSpec | undefined, old?: PodSpec): void {
  if (!spec) return
  if (!old?.schedulingGroup) delete spec.schedulingGroup
  if (!usesStopSignal(old)) dropStopSignals(spec)
  for (const source of ['clusterTrustBundle', 'podCertificate'] as const) {
    const isUsed = old?.volumes?.some(({ projected }) => projected?.sources?.some((item) => item[source]))
    if (isUsed) continue
    for (const { projected } of spec.volumes ?? []) for (const item of projected?.sources ?? []) delete item[source]
  }
}

function usesStopSignal(spec: PodSpec | undefined): boolean {
  if (!spec) return false
  let isUsed = false
  eachContainer(spec, '', ({ lifecycle }) => {
    isUsed ||= lifecycle?.stopSignal !== undefined
  })
  return isUsed
}

function dropStopSignals(spec: PodSpec): void {
  eachContainer(spec, '', (container) => {
    const { lifecycle } = container
    if (lifecycle?.stopSignal === undefined) return
    delete lifecycle.stopSignal
    if (!lifecycle.preStop && !lifecycle.postStart) delete container.lifecycle
  })
}
