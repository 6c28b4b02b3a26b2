import { type FieldError, invalid } from '../../machinery/field-error.ts'

/** validatePathNoBacksteps. */
export function checkNoBacksteps(errors: FieldError[], path: string, value: string): void {
  if (hasBackstep(value)) errors.push(invalid(path, value, "must not contain '..'"))
}

export function hasBackstep(value: string): boolean {
  return value.includes('..') && value.split('/').includes('..')
}

/** validateLocalDescendingPath: relative and without "..". */
export function checkDescendingPath(errors: FieldError[], path: string, value: string): void {
  if (value.startsWith('/')) errors.push(invalid(path, value, 'must be a relative path'))
  checkNoBacksteps(errors, path, value)
}

/** ValidateLocalNonReservedPath: also no name that starts with "..". */
export function checkLocalPath(errors: FieldError[], path: string, value: string): void {
  checkDescendingPath(errors, path, value)
  if (value.startsWith('..') && !value.startsWith('../')) {
    errors.push(invalid(path, value, "must not start with '..'"))
  }
}

const MODE_MESSAGE = 'must be a number between 0 and 0777 (octal), both inclusive'

export function checkFileMode(errors: FieldError[], path: string, mode: number | undefined): void {
  if (mode !== undefined && (mode > 0o777 || mode < 0)) errors.push(invalid(path, mode, MODE_MESSAGE))
}
