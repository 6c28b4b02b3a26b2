import { dns1123Label, dns1123Subdomain } from '../../../../../shared/api/names.ts'
import type {
  AzureFilePersistentVolumeSource,
  CSIPersistentVolumeSource,
  GlusterfsPersistentVolumeSource,
  LocalVolumeSource,
  PersistentVolumeSpec,
  SecretReference,
  StorageOSPersistentVolumeSource,
} from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, forbidden, invalid, required } from '../../machinery/field-error.ts'
import { checkName } from '../checks.ts'
import { checkNoBacksteps } from '../pod/validate-paths.ts'
import {
  checkAWSElasticBlockStore,
  checkAzureDisk,
  checkCSIDriverName,
  checkFC,
  checkFlexVolume,
  checkFlocker,
  checkGCEPersistentDisk,
  checkHostPath,
  checkISCSIPersistentVolume,
  checkMembers,
  checkNFS,
  checkQuobyte,
  checkStorageOS,
  type SourceErrors,
} from '../pod/validate-volume-sources.ts'

/** Every member of a PersistentVolume's spec that says where the data are, in the order of the internal struct. */
export const VOLUME_SOURCES = [
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'hostPath',
  'glusterfs',
  'nfs',
  'rbd',
  'quobyte',
  'iscsi',
  'flexVolume',
  'cinder',
  'cephfs',
  'fc',
  'flocker',
  'azureFile',
  'vsphereVolume',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const satisfies readonly (keyof PersistentVolumeSpec)[]

type Source = (typeof VOLUME_SOURCES)[number]

/** One source, in the order in which they are looked at: of several only the first is checked. */
interface SourceRule {
  readonly source: Source
  /** How errors inside it name it, and how a second source is named, where that is not its name. */
  readonly path?: string
  readonly second?: string
  check(rules: SourceErrors, path: string, source: never, volumeName: string): void
}

function rule<S extends Source>(
  source: S,
  check: (rules: SourceErrors, path: string, source: NonNullable<PersistentVolumeSpec[S]>, volumeName: string) => void,
  paths: { path?: string; second?: string } = {},
): SourceRule {
  return { source, check, ...paths }
}

const RULES: readonly SourceRule[] = [
  rule('hostPath', checkHostPath),
  rule('gcePersistentDisk', checkGCEPersistentDisk, { path: 'persistentDisk' }),
  rule('awsElasticBlockStore', checkAWSElasticBlockStore),
  rule('glusterfs', checkGlusterfs),
  rule('flocker', checkFlocker),
  rule('nfs', checkNFS),
  rule('rbd', checkMembers('monitors', 'image')),
  rule('quobyte', checkQuobyte),
  rule('cephfs', checkMembers('monitors'), { second: 'cephFS' }),
  rule('iscsi', (rules, path, source, volumeName) => checkISCSIPersistentVolume(rules, path, { source, volumeName })),
  rule('cinder', (rules, path, disk) => {
    checkMembers<typeof disk>('volumeID')(rules, path, disk)
    if (disk.secretRef) checkMembers<SecretReference>('name', 'namespace')(rules, `${path}.secretRef`, disk.secretRef)
  }),
  rule('fc', checkFC),
  rule('flexVolume', checkFlexVolume),
  rule('azureFile', checkAzureFile),
  rule('vsphereVolume', checkMembers('volumePath')),
  rule('photonPersistentDisk', checkMembers('pdID')),
  rule('portworxVolume', checkMembers('volumeID')),
  rule('azureDisk', checkAzureDisk),
  rule('scaleIO', checkMembers('gateway', 'system', 'volumeName')),
  rule('local', checkLocal),
  rule('storageos', checkStorageOSPersistentVolume),
  rule('csi', checkCSIPersistentVolume),
]

/** The sources of ValidatePersistentVolumeSpec: exactly one, of which the first is checked. */
export function checkVolumeSource(errors: FieldError[], spec: PersistentVolumeSpec, volumeName: string): void {
  let isFirst = true
  for (const { source, path, second, check } of RULES) {
    const value = spec[source]
    if (!value) continue
    // A flexVolume is never the one too many.
    if (isFirst || source === 'flexVolume') check({ errors }, `spec.${path ?? source}`, value as never, volumeName)
    else errors.push(forbidden(`spec.${second ?? source}`, 'may not specify more than 1 volume type'))
    if (source === 'local' && isFirst && !spec.nodeAffinity) {
      errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'))
    }
    isFirst = false
  }
  if (isFirst) errors.push(required('spec', 'must specify a volume type'))
}

function checkGlusterfs(rules: SourceErrors, path: string, source: GlusterfsPersistentVolumeSource): void {
  const { errors } = rules
  checkMembers<GlusterfsPersistentVolumeSource>('endpoints', 'path')(rules, path, source)
  const namespace = source.endpointsNamespace
  if (namespace === undefined) return
  const own = `${path}.endpointsNamespace`
  if (namespace !== '') checkName(errors, own, namespace, dns1123Label)
  else errors.push(invalid(own, namespace, 'if the endpointnamespace is set, it must be a valid namespace name'))
}

function checkAzureFile(rules: SourceErrors, path: string, source: AzureFilePersistentVolumeSource): void {
  checkMembers<AzureFilePersistentVolumeSource>('secretName', 'shareName')(rules, path, source)
  if (source.secretNamespace === '') rules.errors.push(required(`${path}.secretNamespace`))
}

function checkLocal({ errors }: SourceErrors, path: string, source: LocalVolumeSource): void {
  if (!source.path) errors.push(required(`${path}.path`))
  else checkNoBacksteps(errors, `${path}.path`, source.path)
}

function checkStorageOSPersistentVolume(
  rules: SourceErrors,
  path: string,
  { secretRef, ...source }: StorageOSPersistentVolumeSource,
): void {
  checkStorageOS(rules, path, source)
  if (secretRef) checkMembers<typeof secretRef>('name', 'namespace')(rules, `${path}.secretRef`, secretRef)
}

const SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const

function checkCSIPersistentVolume({ errors }: SourceErrors, path: string, source: CSIPersistentVolumeSource): void {
  checkCSIDriverName(errors, `${path}.driver`, source.driver)
  if (!source.volumeHandle) errors.push(required(`${path}.volumeHandle`))
  for (const secret of SECRETS) {
    const reference = source[secret]
    if (reference) checkSecretReference(errors, `${path}.${secret}`, reference)
  }
}

/** validatePVSecretReference. */
function checkSecretReference(errors: FieldError[], path: string, { name, namespace }: SecretReference): void {
  if (!name) errors.push(required(`${path}.name`))
  else checkName(errors, `${path}.name`, name, dns1123Subdomain)
  if (!namespace) errors.push(required(`${path}.namespace`))
  else checkName(errors, `${path}.namespace`, namespace, dns1123Label)
}
