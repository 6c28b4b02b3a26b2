import { dns1123Subdomain } from '../../../../../shared/api/names.ts'
import type {
  DeviceClaim,
  DeviceConstraint,
  DeviceRequest,
  ExactDeviceRequest,
} from '../../../../../shared/api/types/resource-v1.ts'
import { type FieldError, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { checkName } from '../checks.ts'
import { emptyToNull } from '../empty-lists.ts'
import {
  checkConfiguration,
  checkFullyQualifiedName,
  checkItems,
  checkLabelName,
  checkSelectors,
  checkToleration,
  MAX_CONFIGS,
  MAX_REQUESTS,
} from './device-rules.ts'

const MAX_CONSTRAINTS = 32
const MAX_ALTERNATIVES = 8
const MODES = ['All', 'ExactCount']

/** SetDefaults_ExactDeviceRequest, SetDefaults_DeviceSubRequest and SetDefaults_DeviceToleration. */
export function defaultDeviceClaim(devices: DeviceClaim | undefined): void {
  if (!devices) return
  emptyToNull(devices, 'requests')
  for (const { exactly, firstAvailable = [] } of devices.requests ?? []) {
    for (const request of exactly ? [exactly, ...firstAvailable] : firstAvailable) {
      request.allocationMode ??= 'ExactCount'
      if (request.allocationMode === 'ExactCount') request.count ||= 1
      for (const toleration of request.tolerations ?? []) toleration.operator ??= 'Equal'
    }
  }
}

/** validateDeviceClaim, but for what a compiler of the expressions would find. */
export function deviceClaimErrors(
  path: string,
  { requests, constraints, config }: DeviceClaim,
  { isStored }: { readonly isStored: boolean },
): FieldError[] {
  const errors: FieldError[] = []
  const names = requestNames(requests ?? [])
  checkItems(errors, `${path}.requests`, requests, {
    max: MAX_REQUESTS,
    check: (request, at) => checkRequest(errors, at, request),
    keyOf: ({ name }) => name,
  })
  checkItems(errors, `${path}.constraints`, constraints, {
    max: MAX_CONSTRAINTS,
    check: (constraint, at) => checkConstraint(errors, at, constraint, names),
  })
  checkItems(errors, `${path}.config`, config, {
    max: MAX_CONFIGS,
    check(item, at) {
      checkReferences(errors, `${at}.requests`, item.requests, { names })
      checkConfiguration(errors, at, item.opaque, { isStored })
    },
  })
  return errors
}

/** Every request by name, and every alternative of one as "request/alternative". */
export function requestNames(requests: readonly DeviceRequest[]): ReadonlySet<string> {
  return new Set(
    requests.flatMap(({ name, firstAvailable = [] }) => [
      name,
      ...firstAvailable.map((each) => `${name}/${each.name}`),
    ]),
  )
}

function checkRequest(errors: FieldError[], path: string, request: DeviceRequest): void {
  const { name = '', exactly, firstAvailable = [] } = request
  checkLabelName(errors, `${path}.name`, name)
  const one = 'exactly one of `exactly` or `firstAvailable` is required'
  if (exactly && firstAvailable.length > 0) errors.push(invalid(path, null, `${one}, but multiple fields are set`))
  else if (exactly) checkDevices(errors, `${path}.exactly`, exactly)
  else if (firstAvailable.length === 0) errors.push(required(path, one))
  else {
    checkItems(errors, `${path}.firstAvailable`, firstAvailable, {
      max: MAX_ALTERNATIVES,
      check(alternative, at) {
        checkLabelName(errors, `${at}.name`, alternative.name ?? '')
        checkDevices(errors, at, alternative)
      },
      keyOf: (alternative) => alternative.name,
    })
  }
}

function checkDevices(errors: FieldError[], path: string, request: Omit<ExactDeviceRequest, 'adminAccess'>): void {
  const { deviceClassName = '', allocationMode = '', count = 0, tolerations = [] } = request
  if (deviceClassName === '') errors.push(required(`${path}.deviceClassName`))
  else checkName(errors, `${path}.deviceClassName`, deviceClassName, dns1123Subdomain)
  checkSelectors(errors, `${path}.selectors`, request.selectors)
  if (!MODES.includes(allocationMode)) errors.push(notSupported(`${path}.allocationMode`, allocationMode, MODES))
  if (allocationMode === 'All' && count !== 0) {
    errors.push(invalid(`${path}.count`, count, "must not be specified when allocationMode is 'All'"))
  }
  if (allocationMode === 'ExactCount' && count <= 0) {
    errors.push(invalid(`${path}.count`, count, 'must be greater than zero'))
  }
  tolerations.forEach((toleration, at) => {
    checkToleration(errors, `${path}.tolerations[${at}]`, toleration)
  })
}

function checkConstraint(
  errors: FieldError[],
  path: string,
  constraint: DeviceConstraint,
  names: ReadonlySet<string>,
): void {
  const { matchAttribute, distinctAttribute } = constraint
  checkReferences(errors, `${path}.requests`, constraint.requests, { names })
  if (matchAttribute !== undefined) checkFullyQualifiedName(errors, `${path}.matchAttribute`, matchAttribute)
  else if (distinctAttribute !== undefined) {
    checkFullyQualifiedName(errors, `${path}.distinctAttribute`, distinctAttribute)
  } else {
    const why = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set'
    errors.push(required(path, why))
  }
}

/** Names of requests, in a list or, as `isList: false` says, one at the path itself. */
export function checkReferences(
  errors: FieldError[],
  path: string,
  references: readonly string[] | undefined,
  { names, isList = true }: { readonly names: ReadonlySet<string>; readonly isList?: boolean },
): void {
  const why = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"
  checkItems(errors, path, references, {
    max: MAX_REQUESTS,
    check(reference, at) {
      const own = isList ? at : path
      const parts = reference.split('/')
      if (parts.length <= 2) for (const part of parts) checkLabelName(errors, own, part)
      if (!names.has(reference)) errors.push(invalid(own, reference, why))
    },
    keyOf: (reference) => reference,
  })
}
