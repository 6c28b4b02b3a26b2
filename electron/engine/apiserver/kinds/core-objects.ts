import type { CertificateSigningRequest } from '../../../../shared/api/types/certificates-v1.ts'
import type { PersistentVolume } from '../../../../shared/api/types/core-v1.ts'
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

export const signingRequestStrategy: KindStrategy<CertificateSigningRequest> = {
  // Who asks is taken from the request, never from the body.
  prepareCreate(request, { user }) {
    if (!request.spec) return
    request.spec.username = user.name
    request.spec.groups = [...user.groups]
  },
  selectableFields: ({ spec }) => ({ 'spec.signerName': spec?.signerName ?? '' }),
}
