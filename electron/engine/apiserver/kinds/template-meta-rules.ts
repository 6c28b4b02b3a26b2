import type { ObjectMeta } from '../../../../shared/api/types/meta-v1.ts'
import { type FieldError, forbidden } from '../machinery/field-error.ts'
import { checkAnnotations, checkLabels } from './checks.ts'

/** ValidateTemplateObjectMeta: of the metadata in a template only labels and annotations may be set. */
export function checkTemplateMeta(errors: FieldError[], path: string, metadata: ObjectMeta | undefined): void {
  checkAnnotations(errors, `${path}.annotations`, metadata?.annotations)
  checkLabels(errors, `${path}.labels`, metadata?.labels)
  for (const [name, value] of Object.entries(metadata ?? {})) {
    if (name === 'labels' || name === 'annotations' || isZero(value)) continue
    errors.push(forbidden(`${path}.${GO_LOWER[name] ?? name}`, 'cannot be set'))
  }
}

/** Go lowers only the first letter of a field's name. */
const GO_LOWER: Readonly<Record<string, string>> = { uid: 'uID' }

function isZero(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === 0
}
