import type { CertificateSigningRequest } from '../../../../shared/api/types/certificates-v1.ts'
import type { KindStrategy } from './strategy.ts'

export const signingRequestStrategy: KindStrategy<CertificateSigningRequest> = {
  // Who asks is taken from the request, never from the body.
  prepareCreate(request, { user }) {
    if (!request.spec) return
    request.spec.username = user.name
    request.spec.groups = [...user.groups]
  },
  selectableFields: ({ spec }) => ({ 'spec.signerName': spec?.signerName ?? '' }),
}
