import type {
  ConfigMapVolumeSource,
  DownwardAPIVolumeFile,
  DownwardAPIVolumeSource,
  ImageVolumeSource,
  KeyToPath,
  SecretVolumeSource,
} from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, invalid, required } from '../../machinery/field-error.ts'
import type { PodRules } from './pod-rules.ts'
import { checkFieldRef, checkResourceFieldRef, VOLUME_FIELDS } from './validate-field-refs.ts'
import { checkFileMode, checkLocalPath } from './validate-paths.ts'
import { checkPullPolicy } from './validate-policies.ts'

/** Volumes whose files come from API objects or an image. */

export function checkSecret({ errors }: PodRules, path: string, source: SecretVolumeSource): void {
  if (!source.secretName) errors.push(required(`${path}.secretName`))
  checkFileMode(errors, `${path}.defaultMode`, source.defaultMode)
  checkItems(errors, `${path}.items`, source.items)
}

export function checkConfigMap({ errors }: PodRules, path: string, source: ConfigMapVolumeSource): void {
  if (!source.name) errors.push(required(`${path}.name`))
  checkFileMode(errors, `${path}.defaultMode`, source.defaultMode)
  checkItems(errors, `${path}.items`, source.items)
}

function checkItems(errors: FieldError[], path: string, items: readonly KeyToPath[] | undefined): void {
  items?.forEach((item, at) => {
    checkKeyToPath(errors, `${path}[${at}]`, item)
  })
}

/** validateKeyToPath. */
export function checkKeyToPath(errors: FieldError[], path: string, item: KeyToPath): void {
  if (!item.key) errors.push(required(`${path}.key`))
  if (!item.path) errors.push(required(`${path}.path`))
  checkLocalPath(errors, `${path}.path`, item.path ?? '')
  checkFileMode(errors, `${path}.mode`, item.mode)
}

/** The files have no index in their errors' paths. */
export function checkDownwardAPI({ errors }: PodRules, path: string, source: DownwardAPIVolumeSource): void {
  checkFileMode(errors, `${path}.defaultMode`, source.defaultMode)
  for (const file of source.items ?? []) checkDownwardAPIFile(errors, path, file)
}

/** validateDownwardAPIVolumeFile. */
export function checkDownwardAPIFile(errors: FieldError[], path: string, file: DownwardAPIVolumeFile): void {
  if (!file.path) errors.push(required(`${path}.path`))
  checkLocalPath(errors, `${path}.path`, file.path ?? '')
  const { fieldRef, resourceFieldRef } = file
  if (fieldRef) {
    checkFieldRef(errors, `${path}.fieldRef`, fieldRef, VOLUME_FIELDS)
    if (resourceFieldRef) {
      errors.push(invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'))
    }
  } else if (resourceFieldRef) {
    checkResourceFieldRef(errors, `${path}.resourceFieldRef`, resourceFieldRef, { inVolume: true })
  } else errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'))
  checkFileMode(errors, `${path}.mode`, file.mode)
}

/** validateImageVolumeSource: a template may leave the reference to whoever makes pods of it. */
export function checkImage({ errors, isPod }: PodRules, path: string, source: ImageVolumeSource): void {
  if (isPod && !source.reference) errors.push(required(`${path}.reference`))
  checkPullPolicy(errors, `${path}.pullPolicy`, source.pullPolicy)
}
