import { dns1035Label, dns1123Subdomain, pathSegmentName, portNumber } from '../../../../../shared/api/names.ts'
import type {
  APIService,
  APIServiceSpec,
  ServiceReference,
} from '../../../../../shared/api/types/apiregistration-v1.ts'
import { type FieldError, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { checkName } from '../checks.ts'
import type { KindStrategy } from '../strategy.ts'

const STATUSES = ['True', 'False', 'Unknown']
const MAX_GROUP_PRIORITY = 20_000
const MAX_VERSION_PRIORITY = 1000

export const apiServiceStrategy: KindStrategy<APIService> = {
  validateName: pathSegmentName,
  defaults({ spec }) {
    if (spec?.service) spec.service.port ??= 443
  },
  prepareCreate(apiService, { now }) {
    apiService.status = {}
    if (apiService.spec?.service) return
    const why = { reason: 'Local', message: 'Local APIServices are always available' }
    apiService.status.conditions = [{ type: 'Available', status: 'True', lastTransitionTime: now, ...why }]
  },
  validate: apiServiceErrors,
  validateUpdate: (apiService, _old, _context, subresource) =>
    subresource === 'status' ? statusErrors(apiService) : apiServiceErrors(apiService),
}

/** ValidateAPIService of kube-aggregator. */
function apiServiceErrors({ metadata, spec }: APIService): FieldError[] {
  const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0 } = spec ?? {}
  const errors = [
    ...nameErrors('metadata.generateName', metadata.generateName ?? '', `${version}.${group}`),
    ...nameErrors('metadata.name', metadata.name ?? '', `${version}.${group}`),
  ]
  if (group === '' && version !== 'v1') {
    errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'))
  }
  if (group !== '') checkName(errors, 'spec.group', group, dns1123Subdomain)
  checkName(errors, 'spec.version', version, dns1035Label)
  checkPriority(errors, 'spec.groupPriorityMinimum', groupPriorityMinimum, MAX_GROUP_PRIORITY)
  checkPriority(errors, 'spec.versionPriority', versionPriority, MAX_VERSION_PRIORITY)
  return [...errors, ...serverErrors(spec)]
}

function nameErrors(path: string, name: string, wanted: string): FieldError[] {
  if (name === '' || name === wanted || pathSegmentName(name).length > 0) return []
  return [invalid(path, name, `must be \`spec.version+"."+spec.group\`: "${wanted}"`)]
}

function checkPriority(errors: FieldError[], path: string, value: number, max: number): void {
  if (value <= 0 || value > max) errors.push(invalid(path, value, `must be positive and less than ${max}`))
}

function serverErrors(spec: APIServiceSpec | undefined): FieldError[] {
  const { service, caBundle = '', insecureSkipTLSVerify = false } = spec ?? {}
  const trust = 'spec.insecureSkipTLSVerify'
  const bundleBytes = Buffer.from(caBundle, 'base64').length
  const errors: FieldError[] = []
  if (!service) {
    const local = 'local APIServices may not have'
    if (bundleBytes > 0) errors.push(invalid('spec.caBundle', `${bundleBytes} bytes`, `${local} a caBundle`))
    if (insecureSkipTLSVerify) errors.push(invalid(trust, true, `${local} insecureSkipTLSVerify`))
    return errors
  }
  errors.push(...serviceErrors('spec.service', service))
  if (insecureSkipTLSVerify && bundleBytes > 0) {
    errors.push(invalid(trust, true, 'may not be true if caBundle is present'))
  }
  return errors
}

function serviceErrors(path: string, { namespace, name, port = 0 }: ServiceReference): FieldError[] {
  const errors: FieldError[] = []
  if (!namespace) errors.push(required(`${path}.namespace`))
  if (!name) errors.push(required(`${path}.name`))
  const why = portNumber(port)
  if (why.length > 0) errors.push(invalid(`${path}.port`, port, `port is not valid: ${why.join(',')}`))
  return errors
}

function statusErrors({ status }: APIService): FieldError[] {
  return (status?.conditions ?? []).flatMap(({ status: value = '' }, at) =>
    STATUSES.includes(value) ? [] : [notSupported(`status.conditions[${at}].status`, value, STATUSES)],
  )
}
