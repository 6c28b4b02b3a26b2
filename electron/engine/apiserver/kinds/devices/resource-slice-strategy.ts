import { nameIsDNSSubdomain } from '../../../../../shared/api/names.ts'
import type { CounterSet, ResourceSlice, ResourceSliceSpec } from '../../../../../shared/api/types/resource-v1.ts'
import { type FieldError, invalid, required } from '../../machinery/field-error.ts'
import { checkImmutable, checkName } from '../checks.ts'
import { checkNodeSelector } from '../pod/validate-node-selector.ts'
import { checkCSIDriverName } from '../pod/validate-volume-sources.ts'
import type { KindStrategy } from '../strategy.ts'
import { checkCounters, checkItems, checkLabelName, checkPoolName } from './device-rules.ts'
import { checkDevice, dropDisabledDeviceFields } from './validate-device.ts'

const MAX_DEVICES = 128
const MAX_ADVANCED_DEVICES = 64
const MAX_COUNTER_SETS = 8
const ONE_NODES = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required'

export const resourceSliceStrategy: KindStrategy<ResourceSlice> = {
  prepareCreate: dropDisabled,
  prepareUpdate: dropDisabled,
  validate: ({ spec }) => sliceErrors(spec),
  validateUpdate({ spec }, old) {
    const errors = sliceErrors(spec, old.spec)
    const immutable = (field: string, value: unknown, before: unknown) =>
      checkImmutable(errors, `spec.${field}`, { value, old: before })
    immutable('pool.name', spec?.pool?.name ?? '', old.spec?.pool?.name ?? '')
    immutable('driver', spec?.driver ?? '', old.spec?.driver ?? '')
    immutable('nodeName', spec?.nodeName, old.spec?.nodeName)
    return errors
  },
  selectableFields: ({ spec }) => ({ 'spec.nodeName': spec?.nodeName ?? '', 'spec.driver': spec?.driver ?? '' }),
}

function dropDisabled({ spec }: ResourceSlice): void {
  spec?.devices?.forEach(dropDisabledDeviceFields)
}

/** validateResourceSliceSpec. */
function sliceErrors(spec: ResourceSliceSpec, old?: ResourceSliceSpec): FieldError[] {
  const { devices, sharedCounters, pool } = spec
  const errors: FieldError[] = []
  checkCSIDriverName(errors, 'spec.driver', spec.driver)
  const { name = '', resourceSliceCount = 0, generation = 0 } = pool ?? {}
  checkPoolName(errors, 'spec.pool.name', name)
  if (resourceSliceCount <= 0) {
    errors.push(invalid('spec.pool.resourceSliceCount', resourceSliceCount, 'must be greater than zero'))
  }
  if (generation < 0) {
    errors.push(invalid('spec.pool.generation', generation, 'must be greater than or equal to zero'))
  }
  errors.push(...nodeErrors(spec))
  if (sharedCounters?.length && devices?.length) {
    errors.push(invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed'))
  }
  const isAdvanced = devices?.some(({ taints, consumesCounters }) => taints?.length || consumesCounters?.length)
  const perDevice = spec.perDeviceNodeSelection === true
  checkItems(errors, 'spec.devices', devices, {
    max: isAdvanced ? MAX_ADVANCED_DEVICES : MAX_DEVICES,
    check(device, path) {
      const before = old?.devices?.find((other) => other.name === device.name)
      checkDevice(errors, path, device, { before, perDevice })
    },
    keyOf: ({ name: own }) => own,
  })
  return [...errors, ...counterSetErrors('spec.sharedCounters', sharedCounters ?? [])]
}

function nodeErrors({ nodeName, nodeSelector, allNodes, perDeviceNodeSelection }: ResourceSliceSpec): FieldError[] {
  const errors: FieldError[] = []
  const chosen: string[] = []
  if (nodeName) {
    chosen.push('`nodeName`')
    checkName(errors, 'spec.nodeName', nodeName, nameIsDNSSubdomain)
  } else if (nodeName === '') {
    errors.push(invalid('spec.nodeName', '', 'must be either unset or set to a non-empty string'))
  }
  if (nodeSelector) {
    chosen.push('`nodeSelector`')
    checkNodeSelector(errors, 'spec.nodeSelector', nodeSelector)
    const terms = nodeSelector.nodeSelectorTerms
    if (terms?.length !== 1) {
      const own = 'spec.nodeSelector.nodeSelectorTerms'
      errors.push(invalid(own, terms ?? null, 'must have exactly one node selector term'))
    }
  }
  for (const [name, value] of Object.entries({ allNodes, perDeviceNodeSelection })) {
    if (value) chosen.push(`\`${name}\``)
    else if (value === false) errors.push(invalid(`spec.${name}`, false, 'must be either unset or set to true'))
  }
  if (chosen.length === 0) errors.push(required('spec', ONE_NODES))
  if (chosen.length > 1) {
    errors.push(invalid('spec', `{${chosen.join(', ')}}`, `${ONE_NODES}, but multiple fields are set`))
  }
  return errors
}

function counterSetErrors(path: string, sets: readonly CounterSet[]): FieldError[] {
  const errors: FieldError[] = []
  checkItems(errors, path, sets, {
    max: MAX_COUNTER_SETS,
    check({ name, counters = {} }, own) {
      if (!name) errors.push(required(`${own}.name`))
      else checkLabelName(errors, `${own}.name`, name)
      checkCounters(errors, `${own}.counters`, counters)
    },
    keyOf: ({ name }) => name,
  })
  return errors
}
