import { configMapKey, nameIsDNSSubdomain } from '../../../../../shared/api/names.ts'
import type { EnvFromSource, EnvVar, EnvVarSource, FileKeySelector } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, invalid, notFound, required } from '../../machinery/field-error.ts'
import { checkName } from '../checks.ts'
import type { PodRules } from './pod-rules.ts'
import { checkFieldRef, checkResourceFieldRef, ENV_FIELDS } from './validate-field-refs.ts'
import { checkLocalPath } from './validate-paths.ts'

const PRINTABLE = /^[ -<>-~]+$/

/** IsRelaxedEnvVarName. */
function relaxedEnvName(value: string): string[] {
  if (PRINTABLE.test(value)) return []
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
}

/** ValidateEnv. */
export function checkEnv(rules: PodRules, path: string, variables: readonly EnvVar[] | undefined): void {
  if (!variables) return
  const { errors } = rules
  for (let at = 0; at < variables.length; at++) {
    const variable = variables[at] as EnvVar
    const own = `${path}[${at}]`
    if (!variable.name) errors.push(required(`${own}.name`))
    else checkName(errors, `${own}.name`, variable.name, relaxedEnvName)
    if (variable.valueFrom) checkValueFrom(rules, `${own}.valueFrom`, variable.valueFrom, variable.value ?? '')
  }
}

function checkValueFrom(rules: PodRules, path: string, source: EnvVarSource, value: string): void {
  const { errors } = rules
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source
  if (fieldRef) checkFieldRef(errors, `${path}.fieldRef`, fieldRef, ENV_FIELDS)
  if (resourceFieldRef) {
    checkResourceFieldRef(errors, `${path}.resourceFieldRef`, resourceFieldRef, { inVolume: false })
  }
  if (configMapKeyRef) checkKeyRef(errors, `${path}.configMapKeyRef`, configMapKeyRef)
  if (secretKeyRef) checkKeyRef(errors, `${path}.secretKeyRef`, secretKeyRef)
  if (fileKeyRef) checkFileKeyRef(rules, `${path}.fileKeyRef`, fileKeyRef)
  const given = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length
  if (given === 0) {
    const names = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'
    errors.push(invalid(path, '', `must specify one of: ${names}`))
  } else if (value !== '') errors.push(invalid(path, '', 'may not be specified when `value` is not empty'))
  else if (given > 1) errors.push(invalid(path, '', 'may not have more than one field specified at a time'))
}

function checkKeyRef(
  errors: FieldError[],
  path: string,
  { name, key }: { name?: string | undefined; key: string },
): void {
  checkName(errors, `${path}.name`, name ?? '', nameIsDNSSubdomain)
  if (!key) errors.push(required(`${path}.key`))
  else checkName(errors, `${path}.key`, key, configMapKey)
}

/** validateFileKeySelector: a variable from a file in an emptyDir that an init container wrote. */
function checkFileKeyRef({ errors, volumes }: PodRules, path: string, reference: FileKeySelector): void {
  const { volumeName, path: file, key } = reference
  if (!volumeName) errors.push(required(`${path}.volumeName`))
  else {
    const volume = volumes.get(volumeName)
    if (volume === undefined) errors.push(notFound(`${path}.volumeName`, volumeName))
    else if (!volume.emptyDir) {
      errors.push(invalid(`${path}.volumeName`, volumeName, 'referenced volume must be of type emptyDir'))
    }
  }
  if (!file) errors.push(required(`${path}.path`))
  else if (!volumeName || volumes.has(volumeName)) checkLocalPath(errors, `${path}.path`, file)
  if (!key) errors.push(required(`${path}.key`))
  else checkName(errors, `${path}.key`, key, relaxedEnvName)
}

/** ValidateEnvFrom. */
export function checkEnvFrom(errors: FieldError[], path: string, sources: readonly EnvFromSource[] | undefined): void {
  sources?.forEach(({ prefix, configMapRef, secretRef }, at) => {
    const own = `${path}[${at}]`
    if (prefix) checkName(errors, `${own}.prefix`, prefix, relaxedEnvName)
    if (configMapRef) checkSourceName(errors, `${own}.configMapRef.name`, configMapRef.name)
    if (secretRef) checkSourceName(errors, `${own}.secretRef.name`, secretRef.name)
    if (configMapRef && secretRef) {
      errors.push(invalid(path, '', 'may not have more than one field specified at a time'))
    } else if (!configMapRef && !secretRef) {
      errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'))
    }
  })
}

/** Such a name may end in a dash: it is validated like a generateName. */
function checkSourceName(errors: FieldError[], path: string, name: string | undefined): void {
  if (!name) errors.push(required(path))
  else for (const message of nameIsDNSSubdomain(name, true)) errors.push(invalid(path, name, message))
}
