import { duplicate, type FieldError, required } from '../../machinery/field-error.ts'

/** The conditions of flow schemas and priority levels: only that each has a type of its own. */
export function flowConditionErrors(conditions: readonly { readonly type?: string | undefined }[]): FieldError[] {
  const types = conditions.map(({ type = '' }) => type)
  return types.flatMap((type, at) => {
    const path = `status.conditions[${at}].type`
    return [...(types.indexOf(type) < at ? [duplicate(path, type)] : []), ...(type === '' ? [required(path)] : [])]
  })
}
