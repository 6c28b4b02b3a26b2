import { type FieldError, invalid, key } from '../../machinery/field-error.ts'

const MODES = ['enforce', 'audit', 'warn'] as const
const PREFIX = 'pod-security.kubernetes.io/'
const LEVELS: ReadonlySet<string> = new Set(['privileged', 'baseline', 'restricted'])
const VERSION = /^(latest|v1\.([0-9]|[1-9][0-9]*))$/

/** PolicyToEvaluate of pod security admission: a namespace's labels must name levels and versions that exist. */
export function podSecurityLabelErrors(labels: Readonly<Record<string, string>> = {}): FieldError[] {
  return MODES.flatMap((mode) => {
    const name = `${PREFIX}${mode}`
    const level = labels[name]
    const version = labels[`${name}-version`]
    const errors: FieldError[] = []
    if (level !== undefined && !LEVELS.has(level)) {
      errors.push(invalid(key('metadata.labels', name), level, 'must be one of privileged, baseline, restricted'))
    }
    if (version !== undefined && !VERSION.test(version)) {
      errors.push(invalid(key('metadata.labels', `${name}-version`), version, 'must be "latest" or "v1.x"'))
    }
    return errors
  })
}
