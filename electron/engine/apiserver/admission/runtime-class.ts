import { pathSegmentName } from '../../../../shared/api/names.ts'
import { compareQuantities } from '../../../../shared/api/quantity.ts'
import { quantities } from '../../../../shared/api/resource-lists.ts'
import { ApiError } from '../../../../shared/api/status.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import type { RuntimeClass } from '../../../../shared/api/types/node-v1.ts'
import { newForbidden } from '../machinery/api-errors.ts'
import { equalJson } from '../registry/json-value.ts'
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts'
import type { AdmissionState } from './plugins.ts'

/** RuntimeClass: a pod gets the overhead, node selector and tolerations of its class. */
export function runtimeClassAdmission({ store }: AdmissionState): AdmissionPlugin {
  const classOf = (request: AdmissionRequest): RuntimeClass | undefined => {
    const name = (request.object as Pod).spec?.runtimeClassName
    if (name === undefined) return undefined
    checkName(name)
    const found = store.get({ resource: 'runtimeclasses.node.k8s.io', namespace: '', name })?.object
    if (found === undefined) throw refused(request, `RuntimeClass ${JSON.stringify(name)} not found`)
    return found as RuntimeClass
  }
  const concerned = ({ operation, call, object }: AdmissionRequest) =>
    operation === 'CREATE' && call.subresource === '' && object !== undefined && (object as Pod).spec !== undefined
  return {
    name: 'RuntimeClass',
    resources: new Set(['pods']),
    mutate(request) {
      if (!concerned(request)) return
      const found = classOf(request)
      if (found === undefined) return
      setOverhead(request, found)
      schedule(request, found)
    },
    validate(request) {
      if (!concerned(request)) return
      const { overhead } = (request.object as Pod).spec ?? {}
      if (overhead && !classOf(request)?.overhead) {
        throw refused(request, 'Pod Overhead set without corresponding RuntimeClass defined Overhead')
      }
    },
  }
}

/** The class is looked up as a path segment, whose errors have no reason. */
function checkName(name: string): void {
  if (name === '') throw new ApiError('', 'resource name may not be empty')
  const errors = pathSegmentName(name)
  if (errors.length > 0) throw new ApiError('', `invalid resource name ${JSON.stringify(name)}: [${errors.join(' ')}]`)
}

function refused({ call, name }: AdmissionRequest, why: string) {
  return newForbidden(call.resource, name, `pod rejected: ${why}`)
}

function setOverhead(request: AdmissionRequest, { overhead }: RuntimeClass): void {
  const { spec } = request.object as Pod
  if (!spec || !overhead) return
  if (Object.keys(spec.overhead ?? {}).length > 0 && !sameAmounts(spec.overhead, overhead.podFixed)) {
    throw refused(request, "Pod's Overhead doesn't match RuntimeClass's defined Overhead")
  }
  if (overhead.podFixed) spec.overhead = { ...overhead.podFixed }
}

type Amounts = Readonly<Record<string, string>> | undefined

function sameAmounts(left: Amounts, right: Amounts): boolean {
  const [a, b] = [quantities(left), quantities(right)]
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  return names.every((name) => a[name] && b[name] && compareQuantities(a[name], b[name]) === 0)
}

function schedule(request: AdmissionRequest, { scheduling }: RuntimeClass): void {
  const { spec } = request.object as Pod
  if (!spec || !scheduling) return
  for (const [key, value] of Object.entries(scheduling.nodeSelector ?? {})) {
    const own = spec.nodeSelector?.[key]
    if (own !== undefined && own !== value) {
      throw newForbidden(request.call.resource, request.name, conflictText(key, own, value))
    }
    spec.nodeSelector = { ...spec.nodeSelector, [key]: value }
  }
  for (const toleration of scheduling.tolerations ?? []) {
    if (spec.tolerations?.some((known) => equalJson(known, toleration))) continue
    spec.tolerations = [...(spec.tolerations ?? []), { ...toleration }]
  }
}

function conflictText(key: string, own: string, wanted: string): string {
  return `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${wanted}; pod.spec.nodeSelector[${key}] = ${own}`
}
