import type { Namespace } from '../../../../shared/api/types/core-v1.ts'
import { newForbidden, newNotFound } from '../machinery/api-errors.ts'
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts'
import type { AdmissionState } from './plugins.ts'

const IMMORTAL = new Set(['default', 'kube-system', 'kube-public'])
const NAMESPACES = { group: '', resource: 'namespaces' }

/** NamespaceLifecycle: nothing is created where there is no namespace or one that is going away. */
export function namespaceLifecycle({ store }: AdmissionState): AdmissionPlugin {
  const check = (request: AdmissionRequest) => {
    const { call, operation } = request
    if (operation === 'DELETE' && call.resource.storageKey === 'namespaces' && IMMORTAL.has(call.name)) {
      throw newForbidden(NAMESPACES, call.name, 'this namespace may not be deleted')
    }
    if (operation !== 'CREATE' || !call.resource.namespaced || isReview(request)) return
    const namespace = store.get({ resource: 'namespaces', namespace: '', name: call.namespace })?.object as
      | Namespace
      | undefined
    if (namespace === undefined) throw newNotFound(NAMESPACES, call.namespace)
    if (namespace.status?.phase !== 'Terminating') return
    const error = newForbidden(
      call.resource,
      request.name,
      `unable to create new content in namespace ${call.namespace} because it is being terminated`,
    )
    const cause = {
      reason: 'NamespaceTerminating',
      message: `namespace ${call.namespace} is being terminated`,
      field: 'metadata.namespace',
    }
    if (error.details) error.details.causes = [cause]
    throw error
  }
  return {
    name: 'NamespaceLifecycle',
    mutate: check,
    validate: (request) => void (request.operation === 'DELETE' && check(request)),
  }
}

function isReview({ call }: AdmissionRequest): boolean {
  return call.resource.resource === 'localsubjectaccessreviews'
}
