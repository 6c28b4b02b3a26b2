import type { ProjectedVolumeSource, VolumeProjection } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, forbidden, invalid, required } from '../../machinery/field-error.ts'
import type { PodRules } from './pod-rules.ts'
import { checkDownwardAPIFile, checkKeyToPath } from './validate-file-volumes.ts'
import { checkFileMode, checkLocalPath } from './validate-paths.ts'

const MIN_TOKEN_SECONDS = 10 * 60
const MAX_TOKEN_SECONDS = 2 ** 32

/** validateProjectedVolumeSource: no two sources may write the same file. */
export function checkProjected(rules: PodRules, path: string, source: ProjectedVolumeSource): void {
  const { errors } = rules
  checkFileMode(errors, `${path}.defaultMode`, source.defaultMode)
  const files = new Set<string>()
  source.sources?.forEach((projection, at) => {
    const own = `${path}.sources[${at}]`
    checkKeys(errors, path, `${own}.secret`, projection.secret, files)
    checkKeys(errors, path, `${own}.configMap`, projection.configMap, files)
    for (const file of projection.downwardAPI?.items ?? []) {
      checkDownwardAPIFile(errors, `${own}.downwardAPI`, file)
      if (file.path) checkConflict(errors, path, { file: file.path, named: file.path, files })
    }
    if (projection.serviceAccountToken) checkToken(rules, path, own, projection.serviceAccountToken)
    const { secret, configMap, downwardAPI, serviceAccountToken } = projection
    if ([secret, configMap, downwardAPI, serviceAccountToken].filter(Boolean).length > 1) {
      errors.push(forbidden(own, 'may not specify more than 1 volume type per source'))
    }
  })
}

type Keys = NonNullable<VolumeProjection['secret']>

function checkKeys(
  errors: FieldError[],
  volumePath: string,
  path: string,
  source: Keys | undefined,
  files: Set<string>,
): void {
  if (!source) return
  if (!source.name) errors.push(required(`${path}.name`))
  source.items?.forEach((item, at) => {
    checkKeyToPath(errors, `${path}.items[${at}]`, item)
    if (item.path) checkConflict(errors, volumePath, { file: item.path, named: source.name ?? '', files })
  })
}

function checkConflict(
  errors: FieldError[],
  path: string,
  { file, named, files }: { file: string; named: string; files: Set<string> },
): void {
  if (files.has(file)) errors.push(invalid(path, named, 'conflicting duplicate paths'))
  else files.add(file)
}

function checkToken(
  { errors, tolerated }: PodRules,
  volumePath: string,
  path: string,
  token: NonNullable<VolumeProjection['serviceAccountToken']>,
): void {
  const seconds = token.expirationSeconds ?? 0
  const own = `${path}.serviceAccountToken.expirationSeconds`
  if (seconds < MIN_TOKEN_SECONDS) {
    errors.push(invalid(own, seconds, 'may not specify a duration less than 10 minutes'))
  }
  if (seconds > MAX_TOKEN_SECONDS) {
    errors.push(invalid(own, seconds, 'may not specify a duration larger than 2^32 seconds'))
  }
  if (!token.path) errors.push(required(`${volumePath}.path`))
  else if (!tolerated.tokenPaths) checkLocalPath(errors, `${volumePath}.path`, token.path)
}
