import { dns1123Label, dns1123Subdomain, nameIsDNSSubdomain } from '../../../../../shared/api/names.ts'
import { parseQuantity, quantitySign } from '../../../../../shared/api/quantity.ts'
import type {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  CSIVolumeSource,
  EmptyDirVolumeSource,
  FCVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  GitRepoVolumeSource,
  HostPathVolumeSource,
  ISCSIPersistentVolumeSource,
  ISCSIVolumeSource,
  NFSVolumeSource,
  QuobyteVolumeSource,
  StorageOSVolumeSource,
} from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, forbidden, invalid, notSupported, required, tooLong } from '../../machinery/field-error.ts'
import { checkName } from '../checks.ts'
import { checkDescendingPath, checkNoBacksteps } from './validate-paths.ts'

/** Sources of volumes, in pods and in PersistentVolumes. Each check is validate<Source>VolumeSource of Kubernetes. */
export interface SourceErrors {
  readonly errors: FieldError[]
}

/** The check of a source of which only some members must not be empty. */
export function checkMembers<T>(...members: (keyof T & string)[]) {
  return ({ errors }: SourceErrors, path: string, source: T): void => {
    for (const member of members) {
      const given = source[member] as string | unknown[] | undefined
      if (!given || given.length === 0) errors.push(required(`${path}.${member}`))
    }
  }
}

export function checkGCEPersistentDisk(
  { errors }: SourceErrors,
  path: string,
  disk: GCEPersistentDiskVolumeSource,
): void {
  if (!disk.pdName) errors.push(required(`${path}.pdName`))
  checkPartition(errors, path, disk.partition)
}

export function checkAWSElasticBlockStore(
  { errors }: SourceErrors,
  path: string,
  disk: AWSElasticBlockStoreVolumeSource,
): void {
  if (!disk.volumeID) errors.push(required(`${path}.volumeID`))
  checkPartition(errors, path, disk.partition)
}

function checkPartition(errors: FieldError[], path: string, partition = 0): void {
  if (partition >= 0 && partition <= 255) return
  errors.push(invalid(`${path}.partition`, partition, 'must be between 1 and 255, inclusive'))
}

export function checkEmptyDir({ errors }: SourceErrors, path: string, { sizeLimit }: EmptyDirVolumeSource): void {
  if (sizeLimit !== undefined && quantitySign(parseQuantity(sizeLimit)) < 0) {
    errors.push(forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'))
  }
}

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
]

export function checkHostPath({ errors }: SourceErrors, path: string, source: HostPathVolumeSource): void {
  if (!source.path) {
    errors.push(required(`${path}.path`))
    return
  }
  checkNoBacksteps(errors, `${path}.path`, source.path)
  if (source.type !== undefined && !HOST_PATH_TYPES.includes(source.type)) {
    errors.push(notSupported(`${path}.type`, source.type, HOST_PATH_TYPES))
  }
}

export function checkGitRepo({ errors }: SourceErrors, path: string, source: GitRepoVolumeSource): void {
  if (!source.repository) errors.push(required(`${path}.repository`))
  checkDescendingPath(errors, `${path}.directory`, source.directory ?? '')
}

export function checkNFS({ errors }: SourceErrors, path: string, source: NFSVolumeSource): void {
  if (!source.server) errors.push(required(`${path}.server`))
  if (!source.path) errors.push(required(`${path}.path`))
  if (!source.path?.startsWith('/')) {
    errors.push(invalid(`${path}.path`, source.path ?? '', 'must be an absolute path'))
  }
}

/** The formats of iSCSI names, by what they start with. */
const INITIATORS: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([a-zA-Z0-9-.]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[a-zA-Z0-9]{16}$/,
  naa: /^naa.[a-zA-Z0-9]{32}$/,
}

export function checkISCSI({ errors }: SourceErrors, path: string, source: ISCSIVolumeSource): void {
  if (!source.targetPortal) errors.push(required(`${path}.targetPortal`))
  if (!source.iqn) errors.push(required(`${path}.iqn`))
  else checkInitiator(errors, `${path}.iqn`, source.iqn, STARTS)
  const lun = source.lun ?? 0
  if (lun < 0 || lun > 255) errors.push(invalid(`${path}.lun`, lun, 'must be between 0 and 255, inclusive'))
  if ((source.chapAuthDiscovery || source.chapAuthSession) && !source.secretRef) {
    errors.push(required(`${path}.secretRef`))
  }
  if (source.initiatorName !== undefined) checkInitiator(errors, `${path}.initiatorname`, source.initiatorName, STARTS)
}

const STARTS = 'must be valid format starting with iqn, eui, or naa'
const FORMAT = 'must be valid format'

/** `unknown` says what is wrong with a name that starts as none does. */
function checkInitiator(errors: FieldError[], path: string, name: string, unknown: string): void {
  const format = INITIATORS[name.slice(0, 3)]
  if (format === undefined) errors.push(invalid(path, name, unknown))
  else if (!format.test(name)) errors.push(invalid(path, name, FORMAT))
}

const LONG_INITIATOR =
  'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.'

/** validateISCSIPersistentVolumeSource, which differs from a pod's in wording and paths. */
export function checkISCSIPersistentVolume(
  { errors }: SourceErrors,
  path: string,
  { source, volumeName }: { source: ISCSIPersistentVolumeSource; volumeName: string },
): void {
  const { targetPortal = '', iqn, lun = 0, secretRef, initiatorName } = source
  if (targetPortal === '') errors.push(required(`${path}.targetPortal`))
  if (initiatorName !== undefined && `${volumeName}:${targetPortal}`.length > 64) {
    errors.push(invalid(`${path}.targetportal`, targetPortal, LONG_INITIATOR))
  }
  if (!iqn) errors.push(required(`${path}.iqn`))
  else checkInitiator(errors, `${path}.iqn`, iqn, FORMAT)
  if (lun < 0 || lun > 255) errors.push(invalid(`${path}.lun`, lun, 'must be between 0 and 255, inclusive'))
  if ((source.chapAuthDiscovery || source.chapAuthSession) && !secretRef) errors.push(required(`${path}.secretRef`))
  if (secretRef && !secretRef.name) errors.push(required(`${path}.secretRef.name`))
  if (initiatorName !== undefined) checkInitiator(errors, `${path}.initiatorname`, initiatorName, FORMAT)
}

export function checkFlocker({ errors }: SourceErrors, path: string, source: FlockerVolumeSource): void {
  const { datasetName = '', datasetUUID = '' } = source
  if (datasetName === '' && datasetUUID === '') {
    errors.push(required(path, 'one of datasetName and datasetUUID is required'))
  }
  if (datasetName !== '' && datasetUUID !== '') {
    errors.push(invalid(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'))
  }
  if (datasetName.includes('/')) errors.push(invalid(`${path}.datasetName`, datasetName, "must not contain '/'"))
}

const HOST_PORT = /^(\[[^[\]]*\]|[^[\]:]*):[^[\]:]*$/
const REGISTRY = 'must be a host:port pair or multiple pairs separated by commas'

export function checkQuobyte({ errors }: SourceErrors, path: string, source: QuobyteVolumeSource): void {
  if (!source.registry) errors.push(required(`${path}.registry`, REGISTRY))
  else if ((source.tenant ?? '').length >= 65) {
    errors.push(required(`${path}.tenant`, 'must be a UUID and may not exceed a length of 64 characters'))
  } else {
    for (const pair of source.registry.split(',')) {
      if (!HOST_PORT.test(pair)) errors.push(invalid(`${path}.registry`, source.registry, REGISTRY))
    }
  }
  if (!source.volume) errors.push(required(`${path}.volume`))
}

export function checkFC({ errors }: SourceErrors, path: string, source: FCVolumeSource): void {
  const { targetWWNs = [], wwids = [], lun } = source
  if (targetWWNs.length === 0 && wwids.length === 0) {
    errors.push(required(`${path}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both'))
  }
  if (targetWWNs.length > 0 && wwids.length > 0) {
    const message = 'targetWWNs and wwids can not be specified simultaneously'
    errors.push(invalid(`${path}.targetWWNs`, targetWWNs, message))
  }
  if (targetWWNs.length === 0) return
  if (lun === undefined) errors.push(required(`${path}.lun`, 'lun is required if targetWWNs is specified'))
  else if (lun < 0 || lun > 255) errors.push(invalid(`${path}.lun`, lun, 'must be between 0 and 255, inclusive'))
}

export function checkFlexVolume({ errors }: SourceErrors, path: string, source: FlexVolumeSource): void {
  if (!source.driver) errors.push(required(`${path}.driver`))
  for (const option of Object.keys(source.options ?? {})) {
    const namespace = `.${(option.includes('/') ? option.slice(0, option.indexOf('/')) : option).toLowerCase()}`
    if (namespace.endsWith('.kubernetes.io') || namespace.endsWith('.k8s.io')) {
      const message = 'kubernetes.io and k8s.io namespaces are reserved'
      errors.push(invalid(`${path}.options[${option}]`, option, message))
    }
  }
}

const CACHING_MODES = ['None', 'ReadOnly', 'ReadWrite']
const DISK_KINDS = ['Dedicated', 'Managed', 'Shared']
const MANAGED_URI = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
const BLOB_URI = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'

export function checkAzureDisk({ errors }: SourceErrors, path: string, source: AzureDiskVolumeSource): void {
  const { diskName, diskURI = '', cachingMode, kind } = source
  if (!diskName) errors.push(required(`${path}.diskName`))
  if (diskURI === '') errors.push(required(`${path}.diskURI`))
  if (cachingMode !== undefined && !CACHING_MODES.includes(cachingMode)) {
    errors.push(notSupported(`${path}.cachingMode`, cachingMode, CACHING_MODES))
  }
  if (kind === undefined) return
  if (!DISK_KINDS.includes(kind)) errors.push(notSupported(`${path}.kind`, kind, DISK_KINDS))
  if (kind === 'Managed' && !diskURI.startsWith('/subscriptions/')) {
    errors.push(notSupported(`${path}.diskURI`, diskURI, [MANAGED_URI]))
  }
  if (kind !== 'Managed' && !diskURI.startsWith('https://')) {
    errors.push(notSupported(`${path}.diskURI`, diskURI, [BLOB_URI]))
  }
}

export function checkStorageOS({ errors }: SourceErrors, path: string, source: StorageOSVolumeSource): void {
  if (!source.volumeName) errors.push(required(`${path}.volumeName`))
  else checkName(errors, `${path}.volumeName`, source.volumeName, dns1123Label)
  if (source.volumeNamespace) checkName(errors, `${path}.volumeNamespace`, source.volumeNamespace, dns1123Label)
  if (source.secretRef && !source.secretRef.name) errors.push(required(`${path}.secretRef.name`))
}

const MAX_DRIVER_NAME = 63

export function checkCSI({ errors }: SourceErrors, path: string, source: CSIVolumeSource): void {
  checkCSIDriverName(errors, `${path}.driver`, source.driver)
  const secret = source.nodePublishSecretRef
  if (!secret) return
  if (!secret.name) errors.push(required(`${path}.nodePublishSecretRef.name`))
  else checkName(errors, `${path}.name`, secret.name, nameIsDNSSubdomain)
}

/** ValidateCSIDriverName: a subdomain in any case. */
export function checkCSIDriverName(errors: FieldError[], path: string, name = ''): void {
  if (name === '') {
    errors.push(required(path))
    return
  }
  if (Buffer.byteLength(name) > MAX_DRIVER_NAME) errors.push(tooLong(path, MAX_DRIVER_NAME))
  for (const message of dns1123Subdomain(name.toLowerCase())) errors.push(invalid(path, name, message))
}
