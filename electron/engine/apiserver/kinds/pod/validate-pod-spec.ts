import { dns1123Label, dns1123Subdomain, nameIsDNSSubdomain, qualifiedName } from '../../../../../shared/api/names.ts'
import type { PodResourceClaim, PodSchedulingGate, PodSpec } from '../../../../../shared/api/types/core-v1.ts'
import type { ObjectMeta } from '../../../../../shared/api/types/meta-v1.ts'
import { duplicate, type FieldError, forbidden, invalid, required, tooLong } from '../../machinery/field-error.ts'
import { checkIP, checkLabels, checkName } from '../checks.ts'
import { printInternal } from '../internal-form.ts'
import { NOTHING_TOLERATED, type PodRules, type Tolerated } from './pod-rules.ts'
import { checkAffinity } from './validate-affinity.ts'
import { checkContainers, checkEphemeralContainers, checkInitContainers } from './validate-container.ts'
import { checkDNSConfig } from './validate-dns.ts'
import { checkHostProcess, checkOS } from './validate-os.ts'
import { checkPodResources } from './validate-pod-resources.ts'
import { checkOneOf } from './validate-policies.ts'
import { checkHostNetworkPorts } from './validate-ports.ts'
import { checkOverhead } from './validate-resources.ts'
import { checkPodSecurityContext } from './validate-security.ts'
import { checkTolerations } from './validate-tolerations.ts'
import { checkTopologySpread } from './validate-topology-spread.ts'
import { checkVolumes } from './validate-volumes.ts'

const RESTART_POLICIES = { values: ['Always', 'OnFailure', 'Never'] }
const DNS_POLICIES = { values: ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'] }
const PREEMPTION_POLICIES = { values: ['PreemptLowerPriority', 'Never'] }
const MAX_INT32 = 2 ** 31 - 1

export interface PodSpecOptions {
  /** The pod's metadata, where the spec is that of a pod. */
  readonly meta?: ObjectMeta
  readonly isPod?: boolean
  readonly tolerated?: Tolerated
}

/** ValidatePodSpec: of a pod or of a template. */
export function checkPodSpec(errors: FieldError[], path: string, spec: PodSpec, options: PodSpecOptions = {}): void {
  const rules: PodRules = {
    errors,
    spec,
    meta: options.meta,
    isPod: options.isPod ?? false,
    tolerated: options.tolerated ?? NOTHING_TOLERATED,
    volumes: new Map(),
    claimNames: new Set(spec.resourceClaims?.map(({ name }) => name).filter(Boolean)),
  }
  if (spec.terminationGracePeriodSeconds === undefined) errors.push(required(`${path}.terminationGracePeriodSeconds`))
  checkVolumes(rules, `${path}.volumes`)
  checkResourceClaims(errors, `${path}.resourceClaims`, spec.resourceClaims)
  checkContainers(rules, `${path}.containers`)
  checkInitContainers(rules, `${path}.initContainers`)
  checkEphemeralContainers(rules, `${path}.ephemeralContainers`)
  checkPodResources(rules, `${path}.resources`)
  checkHostNetworkPorts(rules, path)
  checkOneOf(errors, `${path}.restartPolicy`, spec.restartPolicy, RESTART_POLICIES)
  checkOneOf(errors, `${path}.dnsPolicy`, spec.dnsPolicy, DNS_POLICIES)
  checkLabels(errors, `${path}.nodeSelector`, spec.nodeSelector)
  checkPodSecurityContext(rules, `${path}.securityContext`, spec.securityContext)
  checkAffinity(rules, `${path}.affinity`, spec.affinity)
  checkDNSConfig(errors, `${path}.dnsConfig`, spec)
  checkGates(errors, path, spec)
  checkTopologySpread(rules, `${path}.topologySpreadConstraints`, spec.topologySpreadConstraints)
  checkHostProcess(rules, path)
  checkHostUsers(errors, path, spec)
  checkNames(errors, path, spec)
  checkTolerations(errors, `${path}.tolerations`, spec.tolerations)
  checkHostAliases(errors, `${path}.hostAliases`, spec)
  if (spec.preemptionPolicy !== undefined) {
    checkOneOf(errors, `${path}.preemptionPolicy`, spec.preemptionPolicy, PREEMPTION_POLICIES)
  }
  if (spec.overhead) checkOverhead(rules, `${path}.overhead`, spec.overhead)
  checkOS(rules, path)
}

/** Names of other objects and of the pod's host. */
function checkNames(errors: FieldError[], path: string, spec: PodSpec): void {
  for (const member of ['serviceAccountName', 'nodeName', 'priorityClassName'] as const) {
    const name = spec[member]
    if (name) checkName(errors, `${path}.${member}`, name, nameIsDNSSubdomain)
  }
  if (spec.runtimeClassName !== undefined) {
    checkName(errors, `${path}.runtimeClassName`, spec.runtimeClassName, nameIsDNSSubdomain)
  }
  const deadline = spec.activeDeadlineSeconds
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_INT32)) {
    const message = `must be between 1 and ${MAX_INT32}, inclusive`
    errors.push(invalid(`${path}.activeDeadlineSeconds`, deadline, message))
  }
  if (spec.hostname) checkName(errors, `${path}.hostname`, spec.hostname, dns1123Label)
  if (spec.subdomain) checkName(errors, `${path}.subdomain`, spec.subdomain, dns1123Label)
  if (spec.hostnameOverride !== undefined) checkHostnameOverride(errors, `${path}.hostnameOverride`, spec)
}

const MAX_HOSTNAME = 64

function checkHostnameOverride(errors: FieldError[], path: string, spec: PodSpec): void {
  const name = spec.hostnameOverride ?? ''
  if (spec.setHostnameAsFQDN) errors.push(forbidden(path, 'may not be specified when setHostnameAsFQDN is true'))
  if (spec.hostNetwork) errors.push(forbidden(path, 'may not be specified when hostNetwork is true'))
  checkName(errors, path, name, dns1123Subdomain)
  if (Buffer.byteLength(name) > MAX_HOSTNAME) errors.push(tooLong(path, MAX_HOSTNAME))
}

/** validateReadinessGates and validateSchedulingGates. */
function checkGates(errors: FieldError[], path: string, spec: PodSpec): void {
  spec.readinessGates?.forEach(({ conditionType }, at) => {
    checkName(errors, `${path}.readinessGates[${at}].conditionType`, conditionType, qualifiedName)
  })
  const known = new Set<string>()
  spec.schedulingGates?.forEach(({ name }: PodSchedulingGate, at) => {
    const own = `${path}.schedulingGates[${at}]`
    checkName(errors, own, name, qualifiedName)
    if (known.has(name)) errors.push(duplicate(own, name))
    known.add(name)
  })
}

/** A user namespace goes with none of the host's other namespaces. */
function checkHostUsers(errors: FieldError[], path: string, spec: PodSpec): void {
  if (spec.hostUsers !== false) return
  const message = 'when `hostUsers` is false'
  if (spec.hostNetwork) errors.push(forbidden(`${path}.hostNetwork`, message))
  if (spec.hostPID) errors.push(forbidden(`${path}.HostPID`, message))
  if (spec.hostIPC) errors.push(forbidden(`${path}.HostIPC`, message))
}

function checkHostAliases(errors: FieldError[], path: string, spec: PodSpec): void {
  spec.hostAliases?.forEach(({ ip, hostnames }, at) => {
    checkIP(errors, `${path}[${at}].ip`, ip ?? '')
    hostnames?.forEach((hostname, position) => {
      checkName(errors, `${path}[${at}].hostnames[${position}]`, hostname, dns1123Subdomain)
    })
  })
}

/** validatePodResourceClaims. */
function checkResourceClaims(
  errors: FieldError[],
  path: string,
  claims: readonly PodResourceClaim[] | undefined,
): void {
  const names = new Set<string>()
  claims?.forEach((claim, at) => {
    const own = `${path}[${at}]`
    const { name, resourceClaimName, resourceClaimTemplateName } = claim
    if (!name) errors.push(required(`${own}.name`))
    else if (names.has(name)) errors.push(duplicate(`${own}.name`, name))
    else checkName(errors, `${own}.name`, name, dns1123Label)
    names.add(name)
    const refuse = (message: string) => {
      errors.push(invalid(own, printInternal('core.v1.PodResourceClaim', claim), message))
    }
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      refuse('at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified')
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      refuse('must specify one of: `resourceClaimName`, `resourceClaimTemplateName`')
    }
    if (resourceClaimName !== undefined) {
      checkName(errors, `${own}.resourceClaimName`, resourceClaimName, nameIsDNSSubdomain)
    }
    if (resourceClaimTemplateName !== undefined) {
      checkName(errors, `${own}.resourceClaimTemplateName`, resourceClaimTemplateName, nameIsDNSSubdomain)
    }
  })
}
