import { type FieldError, notSupported, required } from '../../machinery/field-error.ts'

/** A member that takes one of a few values: an error for another one and, where it must be given, for none. */
export function checkOneOf(
  errors: FieldError[],
  path: string,
  value: string | undefined,
  { values, isOptional = false }: { values: readonly string[]; isOptional?: boolean },
): void {
  if (value === undefined && isOptional) return
  if (!value && !isOptional) errors.push(required(path))
  else if (!values.includes(value as string)) errors.push(notSupported(path, value, values))
}

const PULL_POLICIES = { values: ['Always', 'IfNotPresent', 'Never'] }

/** validatePullPolicy. */
export function checkPullPolicy(errors: FieldError[], path: string, policy: string | undefined): void {
  checkOneOf(errors, path, policy, PULL_POLICIES)
}
