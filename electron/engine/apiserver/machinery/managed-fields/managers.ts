import { compareText } from '../../../../../shared/lang/compare-text.ts'
import type { JsonObject } from '../json-text.ts'
import { decodeFieldsV1, encodeFieldsV1, type FieldSet, FieldsV1Error } from './field-set.ts'

/** metadata.managedFields in the form that merging works on. */
export interface ManagerSet {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
  /** Undefined until the first change that counts. */
  readonly time: string | undefined
  readonly set: FieldSet
}

/** By `managerId`. */
export type Managers = Map<string, ManagerSet>

/** BuildManagerIdentifier: appliers are one whatever their version. */
export function managerId(entry: Pick<ManagerSet, 'manager' | 'operation' | 'apiVersion' | 'subresource'>): string {
  const { manager, operation, apiVersion, subresource } = entry
  return JSON.stringify({
    ...(manager === '' ? {} : { manager }),
    operation,
    ...(operation === 'Apply' || apiVersion === '' ? {} : { apiVersion }),
    ...(subresource === '' ? {} : { subresource }),
  })
}

/** The managers of a `metadata.managedFields` value; undefined when it cannot be decoded. */
export function decodeManagers(managedFields: unknown): Managers | undefined {
  const managers: Managers = new Map()
  if (managedFields === undefined || managedFields === null) return managers
  if (!Array.isArray(managedFields)) return undefined
  for (const entry of managedFields as JsonObject[]) {
    const { operation, apiVersion, fieldsType, fieldsV1 } = entry
    if (operation !== 'Apply' && operation !== 'Update') return undefined
    if (typeof apiVersion !== 'string' || apiVersion === '' || fieldsType !== 'FieldsV1') return undefined
    const set = tryDecode((fieldsV1 ?? {}) as JsonObject)
    if (set === undefined) return undefined
    const { manager, subresource, time } = entry
    const own: ManagerSet = {
      manager: typeof manager === 'string' ? manager : '',
      operation,
      apiVersion,
      subresource: typeof subresource === 'string' ? subresource : '',
      time: typeof time === 'string' ? time : undefined,
      set,
    }
    managers.set(managerId(own), own)
  }
  return managers
}

function tryDecode(fieldsV1: JsonObject): FieldSet | undefined {
  try {
    return decodeFieldsV1(fieldsV1)
  } catch (error) {
    if (error instanceof FieldsV1Error) return undefined
    throw error
  }
}

/** The value for `metadata.managedFields`, in Kubernetes' order; undefined for none. */
export function encodeManagers(managers: Managers): JsonObject[] | undefined {
  if (managers.size === 0) return undefined
  return [...managers.values()]
    .sort(compareManagers)
    .map(({ set, manager, operation, apiVersion, time, subresource }) => ({
      ...(manager === '' ? {} : { manager }),
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: encodeFieldsV1(set),
      ...(subresource === '' ? {} : { subresource }),
    }))
}

function compareManagers(a: ManagerSet, b: ManagerSet): number {
  return (
    compareText(a.operation, b.operation) ||
    seconds(a) - seconds(b) ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  )
}

export function seconds({ time }: ManagerSet): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000)
}
