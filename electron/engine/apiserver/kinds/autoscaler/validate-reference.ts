import { pathSegmentName } from '../../../../../shared/api/names.ts'
import type { CrossVersionObjectReference } from '../../../../../shared/api/types/autoscaling-v2.ts'
import { type FieldError, invalid, required } from '../../machinery/field-error.ts'

/** Which references may name no group; `any` version passes where the stored one is no better. */
export type ReferenceVersion = 'grouped' | 'ungrouped' | 'any'

/** ValidateCrossVersionObjectReference. */
export function referenceErrors(
  path: string,
  { kind, name, apiVersion }: CrossVersionObjectReference,
  version: ReferenceVersion,
): FieldError[] {
  const errors: FieldError[] = []
  const segment = (field: string, value: string) => {
    if (value === '') errors.push(required(`${path}.${field}`))
    else errors.push(...pathSegmentName(value).map((why) => invalid(`${path}.${field}`, value, why)))
  }
  segment('kind', kind)
  segment('name', name)
  return version === 'any' ? errors : errors.concat(versionErrors(`${path}.apiVersion`, apiVersion ?? '', version))
}

function versionErrors(path: string, apiVersion: string, version: ReferenceVersion): FieldError[] {
  const parts = apiVersion.split('/')
  if (parts.length > 2) return [invalid(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)]
  if (version === 'grouped' && (parts.length < 2 || parts[0] === '')) {
    return [invalid(path, apiVersion, 'apiVersion must specify API group')]
  }
  return []
}
