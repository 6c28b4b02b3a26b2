import type { ServerContext } from '../registry/server-context.ts'
import type { AdmissionPlugin } from './admission.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { defaultTolerationSeconds, priorityAdmission, taintNodesByCondition } from './pod-placement.ts'
import { rbacEscalation } from './rbac-escalation.ts'
import { serviceAccountAdmission } from './service-account.ts'
import { defaultIngressClass, defaultStorageClass, storageProtection } from './storage-protection.ts'

/** What plugins read; they never write. */
export type AdmissionState = Pick<
  ServerContext,
  'store' | 'clock' | 'random' | 'registry' | 'serviceRange' | 'authorizer'
>

/** The built-in plugins in Kubernetes' recommended order. */
export function admissionPlugins(state: AdmissionState): AdmissionPlugin[] {
  return [
    namespaceLifecycle(state),
    serviceAccountAdmission(state),
    taintNodesByCondition,
    priorityAdmission(state),
    defaultTolerationSeconds,
    defaultStorageClass(state),
    storageProtection,
    defaultIngressClass(state),
    rbacEscalation(state),
  ]
}
