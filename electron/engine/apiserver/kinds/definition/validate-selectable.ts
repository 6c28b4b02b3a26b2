import type { JSONSchemaProps, SelectableField } from '../../../../../shared/api/types/apiextensions-v1.ts'
import { duplicate, type FieldError, invalid, required, tooMany } from '../../machinery/field-error.ts'
import { fieldAt } from './schema-path.ts'

const MAX_FIELDS = 8
const TYPES = ['string', 'boolean', 'integer']

/** ValidateCustomResourceSelectableFields: plain values that the schema names, each once. */
export function selectableErrors(
  fields: readonly SelectableField[],
  schema: JSONSchemaProps | undefined,
  path: string,
): FieldError[] {
  if (fields.length === 0) return []
  if (!schema) return [invalid(path, '', 'may only be set when `version.schema.openAPIV3Schema` is not included')]
  const seen = new Set<string>()
  const errors = fields.flatMap(({ jsonPath }, at): FieldError[] => {
    const own = `${path}[${at}].jsonPath`
    if (!jsonPath) return [required(own)]
    const found = fieldAt(jsonPath, schema, false)
    if ('why' in found) return [invalid(own, jsonPath, `is an invalid path: ${found.why}`)]
    const wrong: FieldError[] = []
    if (found.names[0] === 'metadata') wrong.push(invalid(own, jsonPath, 'must not point to fields in metadata'))
    if (!TYPES.includes(found.schema.type ?? '')) {
      const message =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'
      wrong.push(invalid(own, jsonPath, message))
    }
    const name = found.names.join('.')
    if (seen.has(name)) wrong.push(duplicate(own, jsonPath))
    seen.add(name)
    return wrong
  })
  return seen.size > MAX_FIELDS ? [...errors, tooMany(path, seen.size, MAX_FIELDS)] : errors
}
