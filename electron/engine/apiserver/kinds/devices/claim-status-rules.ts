import { goJson } from '../../../../../shared/api/go-text.ts'
import type {
  AllocatedDeviceStatus,
  AllocationResult,
  ResourceClaim,
  ResourceClaimConsumerReference,
} from '../../../../../shared/api/types/resource-v1.ts'
import {
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  PrintedValue,
  required,
  tooLong,
  tooMany,
} from '../../machinery/field-error.ts'
import { equalJson } from '../../registry/json-value.ts'
import { checkImmutable } from '../checks.ts'
import { conditionsErrors } from '../condition-rules.ts'
import { printInternal } from '../internal-form.ts'
import { checkNodeSelector } from '../pod/validate-node-selector.ts'
import { checkCSIDriverName } from '../pod/validate-volume-sources.ts'
import { checkReferences, requestNames } from './device-claim-rules.ts'
import { checkConfiguration, checkItems, checkLabelName, checkPoolName, checkToleration } from './device-rules.ts'

const MAX_RESERVED = 256
const MAX_RESULTS = 32
const MAX_CONFIGS = 64
const MAX_CONDITIONS = 8
const MAX_DATA_BYTES = 10 * 1024
const SOURCES = ['FromClaim', 'FromClass']

/** validateResourceClaimStatusUpdate: what was allocated stays, and only what is allocated is reserved or reported. */
export function claimStatusErrors({ metadata, spec, status = {} }: ResourceClaim, old: ResourceClaim): FieldError[] {
  const { allocation, reservedFor = [], devices = [] } = status
  const before = old.status ?? {}
  const errors: FieldError[] = []
  checkReserved(errors, 'status.reservedFor', reservedFor)
  const allocated = new Set((allocation?.devices?.results ?? []).map(deviceId))
  checkItems(errors, 'status.devices', devices, {
    max: Number.MAX_SAFE_INTEGER,
    check: (device, path) => checkDeviceStatus(errors, path, { device, allocated }),
  })
  if (reservedFor.length > 0 && !allocation) {
    errors.push(forbidden('status.reservedFor', 'may not be specified when `allocated` is not set'))
  } else if (reservedFor.length > 0 && metadata.deletionTimestamp !== undefined) {
    const known = before.reservedFor ?? []
    const isNew = reservedFor.some((consumer) => !known.some((other) => equalJson(other, consumer)))
    const why = 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set'
    if (isNew) errors.push(forbidden('status.reservedFor', why))
  }
  if (!allocation) return errors
  if (!before.allocation)
    return [...errors, ...allocationErrors(allocation, requestNames(spec?.devices?.requests ?? []))]
  const printed = () => printInternal('resource.v1.AllocationResult', allocation)
  checkImmutable(errors, 'status.allocation', { value: allocation, old: before.allocation, printed })
  return errors
}

function checkReserved(errors: FieldError[], path: string, consumers: readonly ResourceClaimConsumerReference[]): void {
  checkItems(errors, path, consumers, {
    max: MAX_RESERVED,
    check(consumer, own) {
      for (const field of ['resource', 'name', 'uid'] as const) {
        if (!consumer[field]) errors.push(required(`${own}.${field}`))
      }
    },
    keyOf: ({ uid }) => uid,
  })
}

type Allocated = Pick<AllocatedDeviceStatus, 'driver' | 'pool' | 'device' | 'shareID'>

function deviceId({ driver, pool, device, shareID }: Allocated): string {
  return goJson({ Driver: driver, Pool: pool, Device: device, ShareID: shareID ?? '' })
}

function checkDeviceStatus(
  errors: FieldError[],
  path: string,
  { device, allocated }: { readonly device: AllocatedDeviceStatus; readonly allocated: ReadonlySet<string> },
): void {
  checkNamedDevice(errors, path, device)
  const id = deviceId(device)
  if (!allocated.has(id)) errors.push(invalid(path, new PrintedValue(id), 'must be an allocated device in the claim'))
  const { conditions = [], data } = device
  const own = `${path}.conditions`
  if (conditions.length > MAX_CONDITIONS) errors.push(tooMany(own, conditions.length, MAX_CONDITIONS))
  errors.push(...conditionsErrors(own, conditions))
  if (data === undefined || data === null) return
  if (Buffer.byteLength(JSON.stringify(data)) > MAX_DATA_BYTES) errors.push(tooLong(`${path}.data`, MAX_DATA_BYTES))
  else if (typeof data !== 'object' || Array.isArray(data)) {
    errors.push(invalid(`${path}.data`, '<value omitted>', 'must be a valid JSON object'))
  }
}

function checkNamedDevice(errors: FieldError[], path: string, { driver, pool = '', device = '' }: Allocated): void {
  checkCSIDriverName(errors, `${path}.driver`, driver)
  checkPoolName(errors, `${path}.pool`, pool)
  checkLabelName(errors, `${path}.device`, device)
}

function allocationErrors({ devices, nodeSelector }: AllocationResult, names: ReadonlySet<string>): FieldError[] {
  const errors: FieldError[] = []
  const path = 'status.allocation.devices'
  checkItems(errors, `${path}.results`, devices?.results, {
    max: MAX_RESULTS,
    check(result, own) {
      checkReferences(errors, `${own}.request`, [result.request ?? ''], { names, isList: false })
      checkNamedDevice(errors, own, result)
      result.tolerations?.forEach((toleration, at) => {
        checkToleration(errors, `${own}.tolerations[${at}]`, toleration)
      })
    },
  })
  checkItems(errors, `${path}.config`, devices?.config, {
    max: MAX_CONFIGS,
    check({ source = '', requests, opaque }, own) {
      if (source === '') errors.push(required(`${own}.source`))
      else if (!SOURCES.includes(source)) errors.push(notSupported(`${own}.source`, source, SOURCES))
      checkReferences(errors, `${own}.requests`, requests, { names })
      checkConfiguration(errors, own, opaque, { isStored: false })
    },
  })
  if (nodeSelector) checkNodeSelector(errors, 'status.allocation.nodeSelector', nodeSelector)
  return errors
}
