import { qualifiedName } from '../../../../../shared/api/names.ts'
import { canonicalText, parseQuantity } from '../../../../../shared/api/quantity.ts'
import type { ObjectFieldSelector, ResourceFieldSelector } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { checkName } from '../checks.ts'

/** Fields of the pod that the downward API can name at all (ConvertDownwardAPIFieldLabel). */
const POD_FIELDS: ReadonlySet<string> = new Set([
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.serviceAccountName',
  'spec.schedulerName',
  'status.phase',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
])

export const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]

export const VOLUME_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
]

/** metadata.labels['key'] and metadata.annotations['key']. */
function splitSubscript(path: string): { path: string; subscript: string } | undefined {
  if (!path.endsWith("']")) return undefined
  const inner = path.slice(0, -2)
  const at = inner.indexOf("['")
  if (at <= 0) return undefined
  return { path: inner.slice(0, at), subscript: inner.slice(at + 2) }
}

/** validateObjectFieldSelector. */
export function checkFieldRef(
  errors: FieldError[],
  path: string,
  reference: ObjectFieldSelector,
  allowed: readonly string[],
): void {
  const { apiVersion, fieldPath } = reference
  if (!apiVersion) {
    errors.push(required(`${path}.apiVersion`))
    return
  }
  if (!fieldPath) {
    errors.push(required(`${path}.fieldPath`))
    return
  }
  const problem = conversionProblem(apiVersion, fieldPath)
  if (problem !== undefined) {
    errors.push(invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${problem}`))
    return
  }
  const split = splitSubscript(fieldPath)
  if (split?.path === 'metadata.annotations') checkName(errors, path, split.subscript.toLowerCase(), qualifiedName)
  else if (split?.path === 'metadata.labels') checkName(errors, path, split.subscript, qualifiedName)
  else if (split !== undefined) errors.push(invalid(path, split.path, 'does not support subscript'))
  else {
    const field = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath
    if (!allowed.includes(field)) errors.push(notSupported(`${path}.fieldPath`, field, allowed))
  }
}

function conversionProblem(apiVersion: string, fieldPath: string): string | undefined {
  if (apiVersion !== 'v1') return `unsupported pod version: ${apiVersion}`
  const split = splitSubscript(fieldPath)
  if (split !== undefined) {
    if (split.path === 'metadata.annotations' || split.path === 'metadata.labels') return undefined
    return `field label does not support subscript: ${fieldPath}`
  }
  return POD_FIELDS.has(fieldPath) || fieldPath === 'spec.host' ? undefined : `field label not supported: ${fieldPath}`
}

const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
]

function isHugePages(resource: string): boolean {
  return resource.startsWith('requests.hugepages-') || resource.startsWith('limits.hugepages-')
}

/** validateContainerResourceFieldSelector; in volumes the container must be named. */
export function checkResourceFieldRef(
  errors: FieldError[],
  path: string,
  reference: ResourceFieldSelector,
  { inVolume }: { inVolume: boolean },
): void {
  const { resource } = reference
  if (inVolume && !reference.containerName) errors.push(required(`${path}.containerName`))
  else if (!resource) errors.push(required(`${path}.resource`))
  else if (!RESOURCES.includes(resource) && !isHugePages(resource)) {
    errors.push(notSupported(`${path}.resource`, resource, RESOURCES))
  }
  checkDivisor(errors, `${path}.divisor`, resource, reference.divisor)
}

const CPU_DIVISORS = ['1m', '1']
const BYTE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']

function checkDivisor(errors: FieldError[], path: string, resource: string, divisor: string | undefined): void {
  if (divisor === undefined) return
  const quantity = parseQuantity(divisor)
  if (quantity.mantissa === 0n) return
  const text = canonicalText(quantity)
  if (resource.endsWith('.cpu')) {
    if (CPU_DIVISORS.includes(text)) return
    errors.push(invalid(path, resource, "only divisor's values 1m and 1 are supported with the cpu resource"))
    return
  }
  const kind = byteKind(resource)
  if (kind === undefined || BYTE_DIVISORS.includes(text)) return
  const values = BYTE_DIVISORS.join(', ')
  errors.push(invalid(path, resource, `only divisor's values ${values} are supported with the ${kind} resource`))
}

function byteKind(resource: string): string | undefined {
  if (isHugePages(resource)) return 'hugepages'
  if (resource === 'limits.memory' || resource === 'requests.memory') return 'memory'
  return resource.endsWith('.ephemeral-storage') ? 'local ephemeral storage' : undefined
}
