import type { ServerContext } from '../registry/server-context.ts'
import type { AdmissionPlugin } from './admission.ts'
import { claimResize } from './claim-resize.ts'
import { deviceAdminAccess } from './device-admin-access.ts'
import { limitRanger } from './limit-ranger.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { defaultTolerationSeconds, priorityAdmission, taintNodesByCondition } from './pod-placement.ts'
import { podSecurity } from './pod-security/pod-security.ts'
import { resourceQuota } from './quota/resource-quota.ts'
import { rbacEscalation } from './rbac-escalation.ts'
import { runtimeClassAdmission } from './runtime-class.ts'
import { serviceAccountAdmission } from './service-account.ts'
import { defaultIngressClass, defaultStorageClass, storageProtection } from './storage-protection.ts'

/** What plugins read; they never write. */
export type AdmissionState = Pick<
  ServerContext,
  'store' | 'clock' | 'random' | 'registry' | 'serviceRange' | 'authorizer'
>

/** The built-in plugins in Kubernetes' recommended order. */
export function admissionPlugins(state: AdmissionState, tolerationSeconds?: number): AdmissionPlugin[] {
  return [
    namespaceLifecycle(state),
    limitRanger(state),
    serviceAccountAdmission(state),
    taintNodesByCondition,
    podSecurity(state),
    priorityAdmission(state),
    defaultTolerationSeconds(tolerationSeconds),
    defaultStorageClass(state),
    storageProtection,
    claimResize(state),
    runtimeClassAdmission(state),
    defaultIngressClass(state),
    rbacEscalation(state),
    deviceAdminAccess(state),
    resourceQuota(state),
  ]
}
