import { labelValue, nameIsDNSSubdomain, qualifiedName } from '../../../../../shared/api/names.ts'
import type {
  Device,
  DeviceAttribute,
  DeviceCounterConsumption,
  DeviceTaint,
} from '../../../../../shared/api/types/resource-v1.ts'
import { duplicate, type FieldError, forbidden, invalid, required, tooLong } from '../../machinery/field-error.ts'
import { semanticallyEqual } from '../../registry/json-value.ts'
import { checkName } from '../checks.ts'
import { printInternal } from '../internal-form.ts'
import { checkNodeSelector } from '../pod/validate-node-selector.ts'
import { checkCounters, checkEffect, checkItems, checkLabelName, checkQualifiedName } from './device-rules.ts'

const MAX_ATTRIBUTES_AND_CAPACITIES = 32
const MAX_VALUE_BYTES = 64
const MAX_TAINTS = 16
const MAX_CONSUMPTIONS = 2
const MAX_CONDITIONS = 4
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*))*)?(\+[\da-zA-Z-]+(\.[\da-zA-Z-]+)*)?$/

/** What is behind feature gates that are off in 1.36. */
export function dropDisabledDeviceFields(device: Device): void {
  delete device.nodeAllocatableResourceMappings
  for (const attribute of Object.values(device.attributes ?? {})) {
    for (const field of ['ints', 'bools', 'strings', 'versions'] as const) delete attribute[field]
  }
}

interface DeviceContext {
  /** The device of the same name before an update: what it has already is not looked at again. */
  readonly before: Device | undefined
  /** Whether each device of the slice says on which nodes it is. */
  readonly perDevice: boolean
}

/** validateDevice. */
export function checkDevice(errors: FieldError[], path: string, device: Device, context: DeviceContext): void {
  const { name = '', attributes = {}, capacity = {}, taints = [], consumesCounters = [] } = device
  checkLabelName(errors, `${path}.name`, name)
  const total = Object.keys(attributes).length + Object.keys(capacity).length
  if (total > MAX_ATTRIBUTES_AND_CAPACITIES) {
    const why = `the total number of attributes and capacities must not exceed ${MAX_ATTRIBUTES_AND_CAPACITIES}`
    errors.push(invalid(path, total, why))
  }
  for (const [key, attribute] of Object.entries(attributes)) {
    checkQualifiedName(errors, `${path}.attributes`, key)
    checkAttribute(errors, `${path}.attributes[${key}]`, attribute)
  }
  const { before } = context
  if (!before || !semanticallyEqual(before.capacity, device.capacity)) checkCapacity(errors, `${path}.capacity`, device)
  if (!before || !semanticallyEqual(before.taints, device.taints)) {
    const check = (taint: DeviceTaint, own: string) => checkTaint(errors, own, taint)
    checkItems(errors, `${path}.taints`, taints, { max: MAX_TAINTS, check })
  }
  checkConsumptions(errors, `${path}.consumesCounters`, consumesCounters)
  checkNodes(errors, path, device, context.perDevice)
  checkBindingConditions(errors, path, device)
}

function checkAttribute(errors: FieldError[], path: string, attribute: DeviceAttribute): void {
  const { string, version } = attribute
  if (string !== undefined && Buffer.byteLength(string) > MAX_VALUE_BYTES) {
    errors.push(tooLong(`${path}.string`, MAX_VALUE_BYTES))
  }
  if (version !== undefined) {
    if (!SEMVER.test(version)) {
      errors.push(invalid(`${path}.version`, version, 'must be a string compatible with semver.org spec 2.0.0'))
    }
    if (Buffer.byteLength(version) > MAX_VALUE_BYTES) errors.push(tooLong(`${path}.version`, MAX_VALUE_BYTES))
  }
  const values = Object.values(attribute).filter((value) => value !== undefined && value !== null)
  if (values.length === 1) return
  const printed = values.length === 0 ? '' : printInternal('resource.v1.DeviceAttribute', attribute)
  errors.push(invalid(path, printed, 'exactly one value must be specified'))
}

function checkCapacity(errors: FieldError[], path: string, { capacity = {}, allowMultipleAllocations }: Device): void {
  for (const [key, { requestPolicy }] of Object.entries(capacity)) {
    checkQualifiedName(errors, path, key)
    if (!requestPolicy) continue
    const own = `${path}[${key}].requestPolicy`
    const { validValues = [], validRange, default: byDefault } = requestPolicy
    if (!allowMultipleAllocations) errors.push(forbidden(own, 'allowMultipleAllocations must be true'))
    else if (validValues.length > 0 && validRange) {
      const why = 'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time'
      errors.push(forbidden(own, why))
    } else if (byDefault === undefined && (validValues.length > 0 || validRange)) {
      const policy = validRange ? 'validRange' : 'validValues'
      errors.push(required(`${own}.default`, `required when ${policy} is defined`))
    }
  }
}

function checkTaint(errors: FieldError[], path: string, { key = '', value = '', effect = '' }: DeviceTaint): void {
  checkName(errors, `${path}.key`, key, qualifiedName)
  if (value !== '') checkName(errors, `${path}.value`, value, labelValue)
  if (effect === '') errors.push(required(`${path}.effect`))
  else checkEffect(errors, `${path}.effect`, effect)
}

function checkConsumptions(
  errors: FieldError[],
  path: string,
  consumptions: readonly DeviceCounterConsumption[],
): void {
  checkItems(errors, path, consumptions, {
    max: MAX_CONSUMPTIONS,
    check({ counterSet, counters = {} }, own) {
      if (!counterSet) errors.push(required(`${own}.counterSet`))
      else checkLabelName(errors, `${own}.counterSet`, counterSet)
      checkCounters(errors, `${own}.counters`, counters)
    },
    keyOf: ({ counterSet }) => counterSet,
  })
}

const ONE_NODES =
  'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec'
const NO_NODES =
  '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec'

function checkNodes(errors: FieldError[], path: string, device: Device, perDevice: boolean): void {
  const { nodeName, nodeSelector, allNodes } = device
  if (!perDevice) {
    const isSet = nodeName !== undefined || nodeSelector !== undefined || allNodes !== undefined
    if (isSet) errors.push(invalid(path, null, NO_NODES))
    return
  }
  const chosen: string[] = []
  if (nodeName) {
    chosen.push('`nodeName`')
    checkName(errors, `${path}.nodeName`, nodeName, nameIsDNSSubdomain)
  } else if (nodeName === '') errors.push(invalid(`${path}.nodeName`, '', 'must not be empty'))
  if (nodeSelector) {
    chosen.push('`nodeSelector`')
    checkNodeSelector(errors, `${path}.nodeSelector`, nodeSelector)
  }
  if (allNodes) chosen.push('`allNodes`')
  else if (allNodes === false) errors.push(invalid(`${path}.allNodes`, false, 'must be either unset or set to true'))
  if (chosen.length === 0) errors.push(required(path, ONE_NODES))
  if (chosen.length > 1) errors.push(invalid(path, `{${chosen.join(', ')}}`, ONE_NODES))
}

/** Conditions that a device waits for, and those that mean it never will be ready: both or none. */
function checkBindingConditions(errors: FieldError[], path: string, device: Device): void {
  const { bindingConditions: ready = [], bindingFailureConditions: failed = [] } = device
  for (const [field, conditions] of Object.entries({ bindingConditions: ready, bindingFailureConditions: failed })) {
    const own = `${path}.${field}`
    const check = (name: string, at: string) => checkName(errors, at, name, qualifiedName)
    checkItems(errors, own, conditions, { max: MAX_CONDITIONS, check })
    conditions.forEach((name, at) => {
      if (conditions.indexOf(name) < at) errors.push(duplicate(`${own}[${at}]`, name))
    })
  }
  failed.forEach((name, at) => {
    if (!ready.includes(name)) return
    const why = 'bindingFailureConditions must not overlap with bindingConditions'
    errors.push(invalid(`${path}.bindingFailureConditions[${at}]`, name, why))
  })
  const missing = (field: string, other: string) =>
    errors.push(invalid(`${path}.${field}`, null, `${field} are required to use ${other}`))
  if (ready.length === 0 && failed.length > 0) missing('bindingConditions', 'bindingFailureConditions')
  if (failed.length === 0 && ready.length > 0) missing('bindingFailureConditions', 'bindingConditions')
}
