import { isIP } from 'node:net'
import { nameIsDNSSubdomain, qualifiedName } from '../../../../../shared/api/names.ts'
import type { Container, ContainerStatus, Pod, PodStatus } from '../../../../../shared/api/types/core-v1.ts'
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  PrintedValue,
} from '../../machinery/field-error.ts'
import { checkImmutable, checkIP, checkName } from '../checks.ts'
import { isRestartable } from './pod-rules.ts'
import { toleratedOf } from './tolerated.ts'
import { checkAnnotationChanges, checkPodAnnotations } from './validate-annotations.ts'
import { checkId } from './validate-security.ts'

const SYSTEM_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized']
const NOT_AN_INTEGER = 'must be a non-negative integer'

/** ValidatePodStatusUpdate. */
export function validatePodStatus(pod: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = []
  const spec = pod.spec ?? { containers: [] }
  const status = pod.status ?? {}
  const before = old.status ?? {}
  const tolerated = toleratedOf(old.spec, old.metadata.annotations)
  const { annotations } = pod.metadata
  checkAnnotationChanges(errors, 'metadata.annotations', annotations, old.metadata.annotations)
  checkPodAnnotations(errors, 'metadata.annotations', { annotations, spec, tolerated })
  checkConditions(errors, status)
  if (status.nominatedNodeName && status.nominatedNodeName !== before.nominatedNodeName) {
    checkName(errors, 'status.nominatedNodeName', status.nominatedNodeName, nameIsDNSSubdomain)
  }
  checkImmutable(errors, 'status.qosClass', { value: status.qosClass ?? '', old: before.qosClass ?? '' })
  checkTransitions(errors, pod, old)
  checkClaimStatuses(errors, pod)
  checkAddresses(errors, 'status.podIPs', status.podIPs)
  if (status.hostIPs?.length) {
    const first = status.hostIPs[0]?.ip ?? ''
    if ((status.hostIP ?? '') !== first) {
      errors.push(invalid('status.hostIPs[0].ip', first, 'must be equal to `hostIP`'))
    }
    checkAddresses(errors, 'status.hostIPs', status.hostIPs)
  }
  checkContainerStatuses(errors, pod)
  return errors
}

function checkConditions(errors: FieldError[], { observedGeneration = 0, conditions }: PodStatus): void {
  conditions?.forEach((condition, at) => {
    if (!SYSTEM_CONDITIONS.includes(condition.type)) {
      checkName(errors, `status.conditions[${at}].Type`, condition.type, qualifiedName)
    }
    if ((condition.observedGeneration ?? 0) < 0) {
      const path = `status.conditions[${at}].observedGeneration`
      errors.push(invalid(path, condition.observedGeneration, NOT_AN_INTEGER))
    }
  })
  if (observedGeneration < 0) errors.push(invalid('status.observedGeneration', observedGeneration, NOT_AN_INTEGER))
}

/** A container that has ended for good does not come back. */
function checkTransitions(errors: FieldError[], { status }: Pod, old: Pod): void {
  const policy = old.spec?.restartPolicy
  const sidecars = new Set(old.spec?.initContainers?.filter(isRestartable).map(({ name }) => name))
  checkList(errors, 'status.containerStatuses', {
    next: status?.containerStatuses,
    old: old.status?.containerStatuses,
    mayRestart: ({ name, exitCode }) => mayRestart(old.spec?.containers, name, exitCode, policy),
  })
  checkList(errors, 'status.initContainerStatuses', {
    next: status?.initContainerStatuses,
    old: old.status?.initContainerStatuses,
    mayRestart: ({ name, exitCode }) =>
      sidecars.has(name) || mayRestart(old.spec?.initContainers, name, exitCode, policy),
  })
  checkList(errors, 'status.ephemeralContainerStatuses', {
    next: status?.ephemeralContainerStatuses,
    old: old.status?.ephemeralContainerStatuses,
    mayRestart: () => false,
  })
}

/** By the pod's policy, the container's own one, or one of its rules. */
function mayRestart(
  containers: readonly Container[] | undefined,
  name: string,
  exitCode: number,
  podPolicy: string | undefined,
): boolean {
  const container = containers?.find((other) => other.name === name)
  const policy = container?.restartPolicy ?? podPolicy
  if (policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0)) return true
  return Boolean(
    container?.restartPolicyRules?.some(({ exitCodes }) => {
      const isListed = exitCodes?.values?.includes(exitCode) ?? false
      return exitCodes?.operator === 'NotIn' ? !isListed : isListed
    }),
  )
}

function checkList(
  errors: FieldError[],
  path: string,
  lists: {
    next: readonly ContainerStatus[] | undefined
    old: readonly ContainerStatus[] | undefined
    mayRestart: (container: { name: string; exitCode: number }) => boolean
  },
): void {
  lists.old?.forEach(({ name, state }, at) => {
    const ended = state?.terminated
    if (!ended || lists.mayRestart({ name, exitCode: ended.exitCode ?? 0 })) return
    for (const next of lists.next ?? []) {
      if (next.name !== name || next.state?.terminated) continue
      errors.push(forbidden(`${path}[${at}].state`, 'may not be transitioned to non-terminated state'))
    }
  })
}

function checkClaimStatuses(errors: FieldError[], { spec, status }: Pod): void {
  const claims = new Set(spec?.resourceClaims?.map(({ name }) => name))
  const known = new Set<string>()
  status?.resourceClaimStatuses?.forEach(({ name, resourceClaimName }, at) => {
    const path = `status.resourceClaimStatuses[${at}].name`
    if (!claims.has(name)) {
      errors.push(invalid(path, name, 'must match the name of an entry in `spec.resourceClaims`'))
    }
    if (known.has(name)) errors.push(duplicate(path, name))
    known.add(name)
    if (resourceClaimName !== undefined) checkName(errors, path, resourceClaimName, nameIsDNSSubdomain)
  })
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ name }) => name)
  status?.extendedResourceClaimStatus?.requestMappings?.forEach(({ containerName }, at) => {
    if (containers.includes(containerName)) return
    const path = `status.extendedResourceClaimStatus.requestMappings[${at}].containerName`
    const message = 'must match the name of an entry in spec.initContainers.name or spec.containers.name'
    errors.push(invalid(path, containerName, message))
  })
}

/** At most one address of each family. */
function checkAddresses(errors: FieldError[], path: string, addresses: readonly { ip: string }[] | undefined): void {
  if (!addresses) return
  addresses.forEach(({ ip }, at) => {
    checkIP(errors, `${path}[${at}]`, ip ?? '')
  })
  if (addresses.length < 2) return
  const families = new Set(addresses.map(({ ip }) => isIP(ip)))
  if (families.size < 2 || addresses.length > 2) {
    const printed = new PrintedValue(`[${addresses.map(({ ip }) => `{"IP":"${ip}"}`).join(',')}]`)
    errors.push(invalid(path, printed, 'may specify no more than one IP for each IP family'))
  }
}

const HEALTH = ['Healthy', 'Unhealthy', 'Unknown']

function checkContainerStatuses(errors: FieldError[], { spec, status }: Pod): void {
  const lists = [
    ['status.containerStatuses', status?.containerStatuses, spec?.containers],
    ['status.initContainerStatuses', status?.initContainerStatuses, spec?.initContainers],
    ['status.ephemeralContainerStatuses', status?.ephemeralContainerStatuses, undefined],
  ] as const
  for (const [list, statuses, containers] of lists) {
    statuses?.forEach((container, at) => {
      const path = `${list}[${at}]`
      checkUser(errors, `${path}.linux`, container, spec?.os?.name === 'windows')
      if (!container.allocatedResourcesStatus?.length) return
      if (list === 'status.ephemeralContainerStatuses') {
        errors.push(forbidden(`${path}.allocatedResourcesStatus`, 'must not be specified in container status'))
        return
      }
      const own = containers?.find(({ name }) => name === container.name)
      checkAllocated(errors, `${path}.allocatedResourcesStatus`, container, own)
    })
  }
}

function checkUser(errors: FieldError[], path: string, { user }: ContainerStatus, isWindows: boolean): void {
  if (!user?.linux) return
  if (isWindows) {
    errors.push(forbidden(path, 'cannot be set for a windows pod'))
    return
  }
  checkId(errors, `${path}.uid`, user.linux.uid)
  checkId(errors, `${path}.gid`, user.linux.gid)
  user.linux.supplementalGroups?.forEach((group, at) => {
    checkId(errors, `${path}.supplementalGroups[${at}]`, group)
  })
}

function checkAllocated(
  errors: FieldError[],
  path: string,
  status: ContainerStatus,
  container: Container | undefined,
): void {
  status.allocatedResourcesStatus?.forEach(({ name, resources }, at) => {
    const own = `${path}[${at}]`
    if (container && !isAllocated(container, name)) {
      const message = name.startsWith('claim:')
        ? "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty"
        : "must match one of the container's resource requests"
      errors.push(invalid(`${own}.name`, name, message))
    }
    const known = new Set<string>()
    resources?.forEach(({ resourceID, health = '' }, position) => {
      const item = `${own}.resources[${position}]`
      if (!HEALTH.includes(health)) errors.push(notSupported(`${item}.health`, health, HEALTH))
      if (known.has(resourceID)) errors.push(duplicate(`${item}.resourceID`, resourceID))
      known.add(resourceID)
    })
  })
}

function isAllocated({ resources }: Container, name: string): boolean {
  if (!name.startsWith('claim:')) return resources?.requests?.[name] !== undefined
  const wanted = name.slice('claim:'.length)
  return Boolean(
    resources?.claims?.some((claim) => (claim.request ? `${claim.name}/${claim.request}` : claim.name) === wanted),
  )
}
