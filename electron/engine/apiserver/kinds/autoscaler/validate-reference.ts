import { pathSegmentName } from '../../../../../shared/api/names.ts'
import type { CrossVersionObjectReference } from '../../../../../shared/api/types/autoscaling-v2.ts'
import { type FieldError, invalid, required } from '../../machinery/field-error.ts'

/** ValidateCrossVersionObjectReference. */
export function referenceErrors(path: string, { kind, name, apiVersion }: CrossVersionObjectReference): FieldError[] {
  const errors: FieldError[] = []
  const segment = (field: string, value: string) => {
    if (value === '') errors.push(required(`${path}.${field}`))
    else errors.push(...pathSegmentName(value).map((why) => invalid(`${path}.${field}`, value, why)))
  }
  segment('kind', kind)
  segment('name', name)
  return errors.concat(versionErrors(`${path}.apiVersion`, apiVersion ?? ''))
}

function versionErrors(path: string, apiVersion: string): FieldError[] {
  const parts = apiVersion.split('/')
  if (parts.length > 2) return [invalid(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)]
  return []
}
