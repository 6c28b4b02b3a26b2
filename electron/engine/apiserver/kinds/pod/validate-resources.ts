import { dns1123Label, qualifiedName } from '../../../../../shared/api/names.ts'
import { canonicalText, compareQuantities, parseQuantity, type Quantity } from '../../../../../shared/api/quantity.ts'
import type { ResourceClaim, ResourceRequirements } from '../../../../../shared/api/types/core-v1.ts'
import { ownMember } from '../../../../../shared/lang/own-member.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { checkName, checkQuantityNotNegative, isFractional } from '../checks.ts'
import type { PodRules } from './pod-rules.ts'
import {
  isExtendedResource,
  isHugePages,
  isIntegerResource,
  isNativeResource,
  isOvercommitAllowed,
  isStandardContainerResource,
  isStandardResource,
} from './resource-names.ts'

type NameCheck = (errors: FieldError[], path: string, name: string) => void

/** ValidateContainerResourceRequirements. */
export function checkContainerResources(
  rules: PodRules,
  path: string,
  requirements: ResourceRequirements | undefined,
): void {
  if (requirements) checkRequirements(rules, path, requirements, checkContainerResourceName)
}

/** validatePodResourceRequirements: only what can be shared among the containers of a pod. */
export function checkPodLevelRequirements(rules: PodRules, path: string, requirements: ResourceRequirements): void {
  checkRequirements(rules, path, requirements, checkPodResourceName)
}

/** The overhead of a runtime class is checked as limits are. */
export function checkOverhead(rules: PodRules, path: string, overhead: Record<string, string>): void {
  checkRequirements(rules, path, { limits: overhead }, checkContainerResourceName)
}

function checkRequirements(
  rules: PodRules,
  path: string,
  { limits = {}, requests = {}, claims }: ResourceRequirements,
  checkResourceName: NameCheck,
): void {
  const { errors } = rules
  const limitNames = Object.keys(limits)
  const requestNames = Object.keys(requests)
  for (const name of limitNames) {
    checkAmount(rules, `${path}.limits[${name}]`, { name, text: limits[name] as string, checkResourceName })
  }
  for (const name of requestNames) {
    const text = requests[name] as string
    checkAmount(rules, `${path}.requests[${name}]`, { name, text, checkResourceName })
    checkRequest(errors, path, { name, request: parseQuantity(text), limit: ownMember(limits, name) })
  }
  if (limitNames.some(isHugePages) || requestNames.some(isHugePages)) {
    const hasBase = [...limitNames, ...requestNames].some((name) => name === 'cpu' || name === 'memory')
    if (!hasBase) errors.push(forbidden(path, 'HugePages require cpu or memory'))
  }
  if (claims) checkClaims(rules, `${path}.claims`, claims)
}

function checkAmount(
  { errors, tolerated }: PodRules,
  path: string,
  { name, text, checkResourceName }: { name: string; text: string; checkResourceName: NameCheck },
): void {
  checkResourceName(errors, path, name)
  checkQuantityValue(errors, path, { name, text })
  if (isHugePages(name) && !tolerated.hugePages && !isWholePages(name, text)) {
    const printed = canonicalText(parseQuantity(text))
    errors.push(invalid(path, printed, `${printed} is not positive integer multiple of ${name}`))
  }
}

/** ValidateResourceQuantityValue. */
export function checkQuantityValue(
  errors: FieldError[],
  path: string,
  { name, text }: { name: string; text: string },
): void {
  checkQuantityNotNegative(errors, path, text)
  if (isIntegerResource(name) && isFractional(text)) {
    errors.push(invalid(path, canonicalText(parseQuantity(text)), 'must be an integer'))
  }
}

/** IsHugePageResourceValueDivisible: whole pages of the size in the name. */
export function isWholePages(name: string, text: string): boolean {
  const size = pageSize(name)
  if (size === undefined || size.mantissa <= 0n) return false
  const [amount, unit] = sameScale(parseQuantity(text), size)
  return amount % unit === 0n
}

function pageSize(name: string): Quantity | undefined {
  try {
    return parseQuantity(name.slice('hugepages-'.length))
  } catch {
    return undefined
  }
}

function sameScale(a: Quantity, b: Quantity): [bigint, bigint] {
  const scale = Math.min(a.scale, b.scale)
  return [a.mantissa * 10n ** BigInt(a.scale - scale), b.mantissa * 10n ** BigInt(b.scale - scale)]
}

function checkRequest(
  errors: FieldError[],
  path: string,
  { name, request, limit }: { name: string; request: Quantity; limit: string | undefined },
): void {
  const canOvercommit = isOvercommitAllowed(name)
  if (limit === undefined) {
    if (!canOvercommit) errors.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'))
    return
  }
  const bound = parseQuantity(limit)
  const order = compareQuantities(request, bound)
  if (order === 0 || (order < 0 && canOvercommit)) return
  const relation = canOvercommit ? 'less than or equal' : 'equal'
  const message = `must be ${relation} to ${name} limit of ${canonicalText(bound)}`
  errors.push(invalid(`${path}.requests`, canonicalText(request), message))
}

/** validateResourceName and what containers add. */
const checkContainerResourceName: NameCheck = (errors, path, name) => {
  if (isStandardContainerResource(name)) return
  const before = errors.length
  checkName(errors, path, name, qualifiedName)
  if (errors.length === before && !name.includes('/') && !isStandardResource(name)) {
    errors.push(invalid(path, name, 'must be a standard resource type or fully qualified'))
  }
  if (!name.includes('/')) errors.push(invalid(path, name, 'must be a standard resource for containers'))
  else if (!isNativeResource(name) && !isExtendedResource(name)) {
    errors.push(invalid(path, name, "doesn't follow extended resource name standard"))
  }
}

const POD_RESOURCES = ['cpu', 'hugepages-', 'memory']

/** validatePodResourceName. */
const checkPodResourceName: NameCheck = (errors, path, name) => {
  if (name === 'cpu' || name === 'memory' || isHugePages(name)) return
  const before = errors.length
  checkName(errors, path, name, qualifiedName)
  if (errors.length === before) errors.push(notSupported(path, name, POD_RESOURCES))
}

/** validateResourceClaimNames: claims of the container are claims of its pod, each named once. */
function checkClaims({ errors, claimNames }: PodRules, path: string, claims: readonly ResourceClaim[]): void {
  const known = new Set<string>()
  claims.forEach(({ name, request }, at) => {
    const own = `${path}[${at}]`
    if (!name) {
      errors.push(required(own))
      return
    }
    if (known.has(name)) errors.push(duplicate(own, name))
    else {
      if (request) checkName(errors, `${own}.request`, request, dns1123Label)
      const key = request ? `${name}/${request}` : name
      if (known.has(key)) errors.push(duplicate(own, key))
      else if (!request) for (const other of known) if (other.startsWith(`${name}/`)) errors.push(duplicate(own, name))
      known.add(key)
    }
    if (claimNames.has(name)) return
    const names = [...claimNames].sort().join(', ')
    const detail = names === '' ? ' which is empty' : `: ${names}`
    const message = `Not found: "${name}": must be one of the names in pod.spec.resourceClaims${detail}`
    errors.push({ type: 'FieldValueNotFound', field: own, message })
  })
}
