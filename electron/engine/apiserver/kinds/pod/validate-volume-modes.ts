import { type FieldError, forbidden, notSupported, required } from '../../machinery/field-error.ts'

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const VOLUME_MODES = ['Block', 'Filesystem']

/** Of claims and PersistentVolumes; `whenNone` is what Kubernetes adds to the error that there is none. */
export function checkAccessModes(
  errors: FieldError[],
  path: string,
  modes: readonly string[] = [],
  whenNone?: string,
): void {
  if (modes.length === 0) errors.push(required(path, whenNone))
  for (const mode of modes) {
    if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(path, mode, ACCESS_MODES))
  }
  const hasOther = modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode))
  if (modes.includes('ReadWriteOncePod') && hasOther) {
    errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'))
  }
}

export function checkVolumeMode(errors: FieldError[], path: string, mode: string | undefined): void {
  if (mode !== undefined && !VOLUME_MODES.includes(mode)) errors.push(notSupported(path, mode, VOLUME_MODES))
}
