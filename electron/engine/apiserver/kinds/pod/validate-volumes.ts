import { goQuote } from '../../../../../shared/api/go-text.ts'
import { dns1123Label, nameIsDNSSubdomain } from '../../../../../shared/api/names.ts'
import type { Volume } from '../../../../../shared/api/types/core-v1.ts'
import { duplicate, type FieldError, forbidden, invalid, required } from '../../machinery/field-error.ts'
import { checkName } from '../checks.ts'
import type { PodRules } from './pod-rules.ts'
import { checkClaimTemplate } from './validate-claim-spec.ts'
import { checkConfigMap, checkDownwardAPI, checkImage, checkSecret } from './validate-file-volumes.ts'
import { checkProjected } from './validate-projected-volume.ts'
import {
  checkAWSElasticBlockStore,
  checkAzureDisk,
  checkCSI,
  checkEmptyDir,
  checkFC,
  checkFlexVolume,
  checkFlocker,
  checkGCEPersistentDisk,
  checkGitRepo,
  checkHostPath,
  checkISCSI,
  checkMembers,
  checkNFS,
  checkQuobyte,
  checkStorageOS,
} from './validate-volume-sources.ts'

type Source = Exclude<keyof Volume, 'name'>
type SourceCheck<T> = (rules: PodRules, path: string, source: T) => void

/** One source of a volume, in the order in which they are looked at: of several only the first is checked. */
interface SourceRule {
  readonly source: Source
  /** How errors inside it name it, and how a second source is named, where that is not its name. */
  readonly path?: string
  readonly second?: string
  readonly check: SourceCheck<never>
}

function rule<S extends Source>(
  source: S,
  check: SourceCheck<NonNullable<Volume[S]>>,
  paths: { path?: string; second?: string } = {},
): SourceRule {
  return { source, check, ...paths }
}

function needs<S extends Source>(source: S, ...members: (keyof NonNullable<Volume[S]> & string)[]): SourceRule {
  return rule(source, checkMembers<NonNullable<Volume[S]>>(...members))
}

function secretName(errors: FieldError[], path: string, secret: { name?: string | undefined } | undefined): void {
  if (secret && !secret.name) errors.push(required(`${path}.secretRef.name`))
}

const SOURCES: readonly SourceRule[] = [
  rule('emptyDir', checkEmptyDir),
  rule('hostPath', checkHostPath),
  rule('gitRepo', checkGitRepo),
  rule('gcePersistentDisk', checkGCEPersistentDisk, { path: 'persistentDisk' }),
  rule('awsElasticBlockStore', checkAWSElasticBlockStore),
  rule('secret', checkSecret),
  rule('nfs', checkNFS),
  rule('iscsi', checkISCSI),
  needs('glusterfs', 'endpoints', 'path'),
  rule('flocker', checkFlocker),
  needs('persistentVolumeClaim', 'claimName'),
  needs('rbd', 'monitors', 'image'),
  rule('cinder', ({ errors }, path, disk) => {
    if (!disk.volumeID) errors.push(required(`${path}.volumeID`))
    secretName(errors, path, disk.secretRef)
  }),
  { ...needs('cephfs', 'monitors'), second: 'cephFS' },
  rule('quobyte', checkQuobyte),
  rule('downwardAPI', checkDownwardAPI, { second: 'downwarAPI' }),
  rule('fc', checkFC),
  rule('flexVolume', checkFlexVolume),
  rule('configMap', checkConfigMap),
  needs('azureFile', 'secretName', 'shareName'),
  needs('vsphereVolume', 'volumePath'),
  needs('photonPersistentDisk', 'pdID'),
  needs('portworxVolume', 'volumeID'),
  rule('azureDisk', checkAzureDisk),
  rule('storageos', checkStorageOS),
  rule('projected', checkProjected),
  needs('scaleIO', 'gateway', 'system', 'volumeName'),
  rule('csi', checkCSI),
  rule('ephemeral', ({ errors }, path, { volumeClaimTemplate }) => {
    const own = `${path}.volumeClaimTemplate`
    if (!volumeClaimTemplate) errors.push(required(own))
    else checkClaimTemplate(errors, own, volumeClaimTemplate)
  }),
  rule('image', checkImage),
]

/** ValidateVolumes; volumes in order are entered into `rules.volumes`. */
export function checkVolumes(rules: PodRules, path: string): void {
  const { errors, spec } = rules
  const created = claimsOfEphemeralVolumes(rules)
  spec.volumes?.forEach((volume, at) => {
    const own = `${path}[${at}]`
    const before = errors.length
    checkSource(rules, own, volume)
    if (!volume.name) errors.push(required(`${own}.name`))
    else checkName(errors, `${own}.name`, volume.name, dns1123Label)
    if (rules.volumes.has(volume.name)) errors.push(duplicate(`${own}.name`, volume.name))
    if (errors.length === before) rules.volumes.set(volume.name, volume)
    const claim = volume.persistentVolumeClaim?.claimName
    if (claim !== undefined && created?.has(claim)) {
      const message = 'must not reference a PVC that gets created for an ephemeral volume'
      errors.push(invalid(`${own}.persistentVolumeClaim.claimName`, claim, message))
    }
  })
}

/** Names of the claims that this pod will create. */
function claimsOfEphemeralVolumes({ spec, meta }: PodRules): ReadonlySet<string> | undefined {
  if (!meta?.name) return undefined
  const ephemeral = spec.volumes?.filter((volume) => volume.ephemeral)
  return ephemeral?.length ? new Set(ephemeral.map(({ name }) => `${meta.name}-${name}`)) : undefined
}

/** validateVolumeSource. */
function checkSource(rules: PodRules, path: string, volume: Volume): void {
  const { errors } = rules
  let isFirst = true
  for (const { source, path: inside, second, check } of SOURCES) {
    const value = volume[source]
    if (!value) continue
    if (isFirst) check(rules, `${path}.${inside ?? source}`, value as never)
    else errors.push(forbidden(`${path}.${second ?? source}`, 'may not specify more than 1 volume type'))
    if (source === 'iscsi') checkInitiatorLength(errors, path, volume)
    if (source === 'ephemeral' && isFirst) checkClaimName(rules, path, volume.name)
    isFirst = false
  }
  if (isFirst) errors.push(required(path, 'must specify a volume type'))
}

function checkInitiatorLength(errors: FieldError[], path: string, { name, iscsi }: Volume): void {
  if (iscsi?.initiatorName === undefined || `${name}:${iscsi.targetPortal}`.length <= 64) return
  const limit = 'must be under 64 characters if iscsi.initiatorName is specified.'
  errors.push(invalid(`${path}.name`, name, `Total length of <volume name>:<iscsi.targetPortal> ${limit}`))
}

/** An ephemeral volume's claim is named after the pod and the volume. */
function checkClaimName({ errors, meta }: PodRules, path: string, volumeName: string): void {
  if (!meta?.name || !volumeName) return
  const claim = `${meta.name}-${volumeName}`
  for (const message of nameIsDNSSubdomain(claim, false)) {
    errors.push(invalid(`${path}.name`, volumeName, `PVC name ${goQuote(claim)}: ${message}`))
  }
}
