import { nameIsDNSSubdomain } from '../../../../../shared/api/names.ts'
import type { PersistentVolumeSpec } from '../../../../../shared/api/types/core-v1.ts'
import type {
  VolumeAttachment,
  VolumeAttachmentSource,
  VolumeError,
} from '../../../../../shared/api/types/storage-v1.ts'
import { type FieldError, forbidden, required, tooLong } from '../../machinery/field-error.ts'
import { checkImmutable, checkName } from '../checks.ts'
import { printInternal } from '../internal-form.ts'
import { checkAccessModes, checkVolumeMode } from '../pod/validate-volume-modes.ts'
import { checkCSIDriverName } from '../pod/validate-volume-sources.ts'
import { defaultVolumeSources } from '../pod/volume-sources.ts'
import type { KindStrategy } from '../strategy.ts'
import { checkVolumeSource } from './validate-volume-source.ts'

const MAX_METADATA_BYTES = 256 * 1024
const MAX_MESSAGE_BYTES = 1024

export const volumeAttachmentStrategy: KindStrategy<VolumeAttachment> = {
  defaults({ spec }) {
    if (spec?.source?.inlineVolumeSpec) defaultVolumeSources(spec.source.inlineVolumeSpec)
  },
  validate: attachmentErrors,
  validateUpdate(attachment, old) {
    const errors = attachmentErrors(attachment)
    const printed = () => printInternal('storage.v1.VolumeAttachmentSpec', attachment.spec)
    checkImmutable(errors, 'spec', { value: attachment.spec, old: old.spec, printed })
    return errors
  },
}

/** ValidateVolumeAttachment and ValidateVolumeAttachmentV1. */
function attachmentErrors({ spec, status }: VolumeAttachment): FieldError[] {
  const errors: FieldError[] = []
  checkCSIDriverName(errors, 'spec.attacher', spec?.attacher)
  errors.push(...sourceErrors('spec.source', spec?.source ?? {}))
  checkName(errors, 'spec.nodeName', spec?.nodeName ?? '', nameIsDNSSubdomain)
  const { attachmentMetadata = {}, attachError, detachError } = status ?? {}
  const bytes = Object.entries(attachmentMetadata)
    .flat()
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  if (bytes > MAX_METADATA_BYTES) errors.push(tooLong('status.attachmentMetadata', MAX_METADATA_BYTES))
  return [
    ...errors,
    ...messageErrors('status.attachError', attachError),
    ...messageErrors('status.detachError', detachError),
  ]
}

function messageErrors(path: string, error: VolumeError | undefined): FieldError[] {
  return Buffer.byteLength(error?.message ?? '') > MAX_MESSAGE_BYTES
    ? [tooLong(`${path}.message`, MAX_MESSAGE_BYTES)]
    : []
}

const ONE_SOURCE = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'

function sourceErrors(
  path: string,
  { inlineVolumeSpec, persistentVolumeName: name }: VolumeAttachmentSource,
): FieldError[] {
  const errors: FieldError[] = []
  if (!inlineVolumeSpec && name === undefined) errors.push(required(path, ONE_SOURCE))
  if (inlineVolumeSpec && name !== undefined) errors.push(forbidden(path, ONE_SOURCE))
  if (name !== undefined) checkName(errors, `${path}.persistentVolumeName`, name, nameIsDNSSubdomain)
  if (!inlineVolumeSpec) return errors
  const own = `${path}.inlineVolumeSpec`
  return [
    ...errors,
    ...inlineErrors(inlineVolumeSpec).map(({ field, ...error }) => ({ ...error, field: field.replace(/^spec/, own) })),
  ]
}

/** ValidatePersistentVolumeSpec of a volume that a pod brings itself: paths begin with "spec". */
function inlineErrors(spec: PersistentVolumeSpec): FieldError[] {
  const errors: FieldError[] = []
  const refuse = (field: string) =>
    errors.push(forbidden(`spec.${field}`, 'may not be specified in the context of inline volumes'))
  if (spec.claimRef) refuse('claimRef')
  if (Object.keys(spec.capacity ?? {}).length > 0) refuse('capacity')
  if (!spec.csi) errors.push(required('spec.csi', 'has to be specified in the context of inline volumes'))
  if (spec.nodeAffinity) refuse('nodeAffinity')
  if (spec.storageClassName) refuse('storageClassName')
  checkAccessModes(errors, 'spec.accessModes', spec.accessModes)
  checkVolumeSource(errors, spec, '')
  const policy = spec.persistentVolumeReclaimPolicy
  if (policy && policy !== 'Retain') {
    errors.push(forbidden('spec.persistentVolumeReclaimPolicy', 'may only be Retain in the context of inline volumes'))
  }
  checkVolumeMode(errors, 'spec.volumeMode', spec.volumeMode)
  if (spec.volumeMode && spec.volumeMode !== 'Filesystem') {
    errors.push(
      forbidden('spec.volumeMode', 'may not specify volumeMode other than Filesystem in the context of inline volumes'),
    )
  }
  return errors
}
