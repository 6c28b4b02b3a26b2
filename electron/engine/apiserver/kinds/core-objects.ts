import type { HorizontalPodAutoscaler } from '../../../../shared/api/types/autoscaling-v2.ts'
import type { CertificateSigningRequest } from '../../../../shared/api/types/certificates-v1.ts'
import type { Event, PersistentVolume, PersistentVolumeClaim } from '../../../../shared/api/types/core-v1.ts'
import type { KindStrategy } from './strategy.ts'

export const persistentVolumeStrategy: KindStrategy<PersistentVolume> = {
  defaults({ spec, ...volume }) {
    if (spec) {
      spec.persistentVolumeReclaimPolicy ||= 'Retain'
      spec.volumeMode ??= 'Filesystem'
      if (spec.hostPath) spec.hostPath.type ??= ''
    }
    if (volume.status) volume.status.phase ||= 'Pending'
  },
  prepareCreate(volume, context) {
    volume.status = { phase: 'Pending', lastPhaseTransitionTime: context.now }
  },
  prepareUpdate(volume, old, context, subresource) {
    if (subresource !== 'status' || !volume.status) return
    if (volume.status.phase !== old.status?.phase) volume.status.lastPhaseTransitionTime = context.now
  },
}

export const persistentVolumeClaimStrategy: KindStrategy<PersistentVolumeClaim> = {
  defaults(claim) {
    if (claim.spec) claim.spec.volumeMode ??= 'Filesystem'
    if (claim.status) claim.status.phase ||= 'Pending'
  },
  prepareCreate(claim) {
    claim.status = { phase: 'Pending' }
    if (claim.spec?.dataSource && !claim.spec.dataSourceRef) claim.spec.dataSourceRef = { ...claim.spec.dataSource }
  },
}

export const eventStrategy: KindStrategy<Event> = {
  createOnUpdate: true,
  selectableFields(event) {
    const { involvedObject, source } = event
    const fields: Record<string, string> = {
      reason: event.reason ?? '',
      reportingComponent: event.reportingComponent ?? '',
      source: source?.component || event.reportingComponent || '',
      type: event.type ?? '',
    }
    for (const name of ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const) {
      fields[`involvedObject.${name}`] = involvedObject?.[name] ?? ''
    }
    return fields
  },
}

export const signingRequestStrategy: KindStrategy<CertificateSigningRequest> = {
  // Who asks is taken from the request, never from the body.
  prepareCreate(request, { user }) {
    if (!request.spec) return
    request.spec.username = user.name
    request.spec.groups = [...user.groups]
  },
  selectableFields: ({ spec }) => ({ 'spec.signerName': spec?.signerName ?? '' }),
}

export const autoscalerStrategy: KindStrategy<HorizontalPodAutoscaler> = {
  defaults({ spec }) {
    if (!spec) return
    spec.minReplicas ??= 1
    if (!spec.metrics?.length) {
      const target = { type: 'Utilization', averageUtilization: 80 }
      spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }]
    }
  },
}
