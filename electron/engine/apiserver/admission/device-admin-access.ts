import type { Namespace } from '../../../../shared/api/types/core-v1.ts'
import type { DeviceClaim, ResourceClaim, ResourceClaimTemplate } from '../../../../shared/api/types/resource-v1.ts'
import { newInvalid } from '../machinery/api-errors.ts'
import { forbidden } from '../machinery/field-error.ts'
import type { AdmissionPlugin } from './admission.ts'
import type { AdmissionState } from './plugins.ts'

const LABEL = 'resource.kubernetes.io/admin-access'
const WHY = `admin access to devices requires the \`${LABEL}: true\` label on the containing namespace`

/** AuthorizedForAdmin of ResourceClaims: devices in use elsewhere are for namespaces that an administrator has marked. */
export function deviceAdminAccess({ store }: AdmissionState): AdmissionPlugin {
  return {
    name: 'DeviceAdminAccess',
    resources: new Set(['resourceclaims.resource.k8s.io', 'resourceclaimtemplates.resource.k8s.io']),
    validate({ operation, call, name, object }) {
      if (operation !== 'CREATE' || object === undefined) return
      const devices = devicesOf(object as ResourceClaim | ResourceClaimTemplate)
      const asking = (devices?.requests ?? []).flatMap(({ exactly }, at) => (exactly?.adminAccess ? [at] : []))
      if (asking.length === 0) return
      const namespace = store.get({ resource: 'namespaces', namespace: '', name: call.namespace })?.object
      if ((namespace as Namespace | undefined)?.metadata.labels?.[LABEL] === 'true') return
      const errors = asking.map((at) => forbidden(`spec.devices.requests[${at}].adminAccess`, WHY))
      throw newInvalid(call.resource.storage, name, errors)
    },
  }
}

function devicesOf(object: ResourceClaim | ResourceClaimTemplate): DeviceClaim | undefined {
  return 'spec' in object.spec ? object.spec.spec?.devices : (object as ResourceClaim).spec.devices
}
