/** field.ErrorType of k8s.io/apimachinery, as it appears in a StatusCause's reason. */
export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'InternalError'
  | 'FieldValueTypeInvalid'

/** One violated rule: `field` is a path such as "spec.containers[0].name", `message` the cause's full text. */
export interface FieldError {
  readonly type: FieldErrorType
  readonly field: string
  readonly message: string
}
