import { dns1123Subdomain, nameIsDNSSubdomain, qualifiedName } from '../../../../../shared/api/names.ts'
import type {
  CSIDriver,
  CSINode,
  CSINodeDriver,
  CSIStorageCapacity,
  TokenRequest,
  VolumeAttributesClass,
} from '../../../../../shared/api/types/storage-v1.ts'
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
} from '../../machinery/field-error.ts'
import { equalJson, semanticallyEqual } from '../../registry/json-value.ts'
import { checkLabelSelector, checkQuantityNotNegative } from '../checks.ts'
import { emptyToNull } from '../empty-lists.ts'
import { printInternal, printSelector } from '../internal-form.ts'
import type { KindStrategy } from '../strategy.ts'
import { parameterErrors } from './storage-class-strategy.ts'

const MAX_DRIVER_NAME = 63
const PROTECTION = 'kubernetes.io/vac-protection'
const IMMUTABLE = 'field is immutable'
const GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType']
const LIFECYCLES = ['Persistent', 'Ephemeral']

/** ValidateCSIDriverName. */
export function driverNameErrors(path: string, name: string): FieldError[] {
  if (name === '') return [required(path)]
  const errors = name.length > MAX_DRIVER_NAME ? [tooLong(path, MAX_DRIVER_NAME)] : []
  return [...errors, ...dns1123Subdomain(name.toLowerCase()).map((why) => invalid(path, name, why))]
}

export const csiDriverStrategy: KindStrategy<CSIDriver> = {
  unconditionalUpdate: false,
  defaults({ spec }) {
    spec.attachRequired ??= true
    spec.podInfoOnMount ??= false
    spec.storageCapacity ??= false
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType'
    spec.volumeLifecycleModes ??= ['Persistent']
    spec.requiresRepublish ??= false
    spec.seLinuxMount ??= false
  },
  // What may change of a driver counts.
  prepareUpdate(driver, old) {
    const mutable = ({ spec: { tokenRequests, requiresRepublish, seLinuxMount } }: CSIDriver) => ({
      tokenRequests,
      requiresRepublish,
      seLinuxMount,
    })
    if (semanticallyEqual(mutable(driver), mutable(old))) return
    driver.metadata.generation = (old.metadata.generation ?? 0) + 1
  },
  validate: driverErrors,
  validateUpdate(driver, old) {
    const errors = driverErrors(driver)
    for (const field of ['attachRequired', 'volumeLifecycleModes'] as const) {
      if (semanticallyEqual(driver.spec[field], old.spec[field])) continue
      errors.push(invalid(`spec.${field}`, driver.spec[field], IMMUTABLE))
    }
    return errors
  },
  warnings({ spec }) {
    if (!spec.tokenRequests?.length || spec.serviceAccountTokenInSecrets !== undefined) return []
    return [
      'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes',
    ]
  },
}

function driverErrors({ spec }: CSIDriver): FieldError[] {
  const { fsGroupPolicy, volumeLifecycleModes = [], tokenRequests = [] } = spec
  const errors: FieldError[] = []
  for (const field of ['attachRequired', 'podInfoOnMount', 'storageCapacity'] as const) {
    if (spec[field] === undefined) errors.push(required(`spec.${field}`))
  }
  if (fsGroupPolicy === undefined) errors.push(required('spec.fsGroupPolicy'))
  else if (!GROUP_POLICIES.includes(fsGroupPolicy)) {
    errors.push(notSupported('spec.fsGroupPolicy', fsGroupPolicy, GROUP_POLICIES))
  }
  errors.push(...tokenErrors('spec.tokenRequests', tokenRequests))
  if (spec.serviceAccountTokenInSecrets !== undefined && tokenRequests.length === 0) {
    const why = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified'
    errors.push(invalid('spec.serviceAccountTokenInSecrets', spec.serviceAccountTokenInSecrets, why))
  }
  for (const mode of volumeLifecycleModes) {
    if (!LIFECYCLES.includes(mode)) errors.push(notSupported('spec.volumeLifecycleModes', mode, LIFECYCLES))
  }
  const seconds = spec.nodeAllocatableUpdatePeriodSeconds
  if (seconds !== undefined && seconds < 10) {
    const path = 'spec.nodeAllocatableUpdatePeriodSeconds'
    errors.push(invalid(path, seconds, 'must be greater than or equal to 10 seconds'))
  }
  return errors
}

function tokenErrors(path: string, requests: readonly TokenRequest[]): FieldError[] {
  const audiences = requests.map(({ audience }) => audience)
  return requests.flatMap(({ audience, expirationSeconds }, at) => {
    const own = `${path}[${at}]`
    const errors = audiences.indexOf(audience) < at ? [duplicate(`${own}.audience`, audience)] : []
    if (expirationSeconds === undefined) return errors
    const seconds = `${own}.expirationSeconds`
    if (expirationSeconds < 600) {
      errors.push(invalid(seconds, expirationSeconds, 'may not specify a duration less than 10 minutes'))
    }
    if (expirationSeconds > 2 ** 32) {
      errors.push(invalid(seconds, expirationSeconds, 'may not specify a duration larger than 2^32 seconds'))
    }
    return errors
  })
}

export const csiNodeStrategy: KindStrategy<CSINode> = {
  defaults({ spec }) {
    emptyToNull(spec, 'drivers')
  },
  validate: ({ spec }) => nodeDriversErrors(spec.drivers ?? []),
  validateUpdate({ spec }, old) {
    const errors = nodeDriversErrors(spec.drivers ?? [])
    for (const driver of spec.drivers ?? []) {
      const before = old.spec.drivers?.find(({ name }) => name === driver.name)
      if (!before) continue
      // How many volumes fit may change while the driver runs.
      const { allocatable: _now, ...fixed } = driver
      const { allocatable: _before, ...fixedBefore } = before
      if (semanticallyEqual(fixed, fixedBefore)) continue
      errors.push(invalid('spec.drivers', printInternal('storage.v1.CSINodeDriver', fixed), IMMUTABLE))
    }
    return errors
  },
}

function nodeDriversErrors(drivers: readonly CSINodeDriver[]): FieldError[] {
  const names = drivers.map(({ name }) => name)
  return drivers.flatMap(({ name, nodeID, topologyKeys, allocatable }, at) => {
    const path = `spec.drivers[${at}]`
    const errors = driverNameErrors(`${path}.name`, name)
    if (nodeID === '') errors.push(required(`${path}.nodeID`))
    else if (nodeID.length > 256) errors.push(invalid(`${path}.nodeID`, nodeID, 'must be 256 characters or less'))
    if (allocatable?.count !== undefined && allocatable.count < 0) {
      errors.push(invalid(`${path}.allocatable.count`, allocatable.count, 'must be greater than or equal to 0'))
    }
    if (names.indexOf(name) < at) errors.push(duplicate(`${path}.name`, name))
    const keys = topologyKeys ?? []
    keys.forEach((key, position) => {
      if (key === '') errors.push(required(path))
      else if (keys.indexOf(key) < position) errors.push(duplicate(path, key))
      errors.push(...qualifiedName(key).map((why) => invalid(path, key, why)))
    })
    return errors
  })
}

export const csiStorageCapacityStrategy: KindStrategy<CSIStorageCapacity> = {
  validate: capacityErrors,
  validateUpdate(capacity, old) {
    const errors = capacityErrors(capacity)
    for (const field of ['nodeTopology', 'storageClassName'] as const) {
      if (equalJson(capacity[field], old[field])) continue
      const value = field === 'nodeTopology' ? printSelector(capacity.nodeTopology) : capacity[field]
      errors.push(invalid(field, value, IMMUTABLE))
    }
    return errors
  },
}

function capacityErrors({
  nodeTopology,
  storageClassName,
  capacity,
  maximumVolumeSize,
}: CSIStorageCapacity): FieldError[] {
  const errors = nameIsDNSSubdomain(storageClassName, false).map((why) =>
    invalid('storageClassName', storageClassName, why),
  )
  checkLabelSelector(errors, 'nodeTopology', nodeTopology)
  if (capacity !== undefined) checkQuantityNotNegative(errors, 'capacity', capacity)
  if (maximumVolumeSize !== undefined) checkQuantityNotNegative(errors, 'maximumVolumeSize', maximumVolumeSize)
  return errors
}

export const volumeAttributesClassStrategy: KindStrategy<VolumeAttributesClass> = {
  // StorageObjectInUseProtection: a class that claims use stays.
  prepareCreate({ metadata }) {
    const finalizers = metadata.finalizers ?? []
    if (!finalizers.includes(PROTECTION)) metadata.finalizers = [...finalizers, PROTECTION]
  },
  validate: attributesErrors,
  validateUpdate(attributes, old) {
    const errors = attributesErrors(attributes)
    for (const field of ['driverName', 'parameters'] as const) {
      if (semanticallyEqual(attributes[field], old[field])) continue
      errors.push(forbidden(field, `updates to ${field} are forbidden.`))
    }
    return errors
  },
}

function attributesErrors({ driverName, parameters = {} }: VolumeAttributesClass): FieldError[] {
  const errors = driverName === '' ? [required('driverName')] : []
  if (driverName !== '') {
    errors.push(...qualifiedName(driverName.toLowerCase()).map((why) => invalid('driverName', driverName, why)))
  }
  if (Object.keys(parameters).length === 0) {
    return [...errors, required('parameters', 'must contain at least one key/value pair')]
  }
  return [...errors, ...parameterErrors(parameters)]
}
