import type { KubeObject } from '../../../../shared/api/object.ts'
import { type FieldError, required } from '../machinery/field-error.ts'
import type { Resource } from './resource.ts'

/** ValidateObjectMeta for a new object. */
export function validateNewMeta(_resource: Resource, object: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  if (!object.metadata.name) errors.push(required('metadata.name', 'name or generateName is required'))
  return errors
}

/** ValidateObjectMetaUpdate. */
export function validateMetaUpdate(_resource: Resource, _object: KubeObject, _old: KubeObject): FieldError[] {
  return []
}
