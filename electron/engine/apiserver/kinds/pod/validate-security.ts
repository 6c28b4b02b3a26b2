import { dns1123Subdomain } from '../../../../../shared/api/names.ts'
import type {
  AppArmorProfile,
  PodSecurityContext,
  SeccompProfile,
  SecurityContext,
  Sysctl,
  WindowsSecurityContextOptions,
} from '../../../../../shared/api/types/core-v1.ts'
import { duplicate, type FieldError, invalid, notSupported, required, tooLong } from '../../machinery/field-error.ts'
import { checkName } from '../checks.ts'
import { printInternal } from '../internal-form.ts'
import type { PodRules } from './pod-rules.ts'
import { checkDescendingPath } from './validate-paths.ts'
import { checkWindowsUserName } from './validate-windows-user.ts'

const MAX_ID = 2 ** 31 - 1
const PROC_MOUNTS = ['Default', 'Unmasked']
const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined']

/** IsValidUserID and IsValidGroupID. */
export function checkId(errors: FieldError[], path: string, id: number | undefined): void {
  if (id !== undefined && (id < 0 || id > MAX_ID)) {
    errors.push(invalid(path, id, `must be between 0 and ${MAX_ID}, inclusive`))
  }
}

/** ValidateSecurityContext, of a container. */
export function checkSecurityContext(rules: PodRules, path: string, context: SecurityContext | undefined): void {
  if (!context) return
  const { errors, spec } = rules
  checkId(errors, `${path}.runAsUser`, context.runAsUser)
  checkId(errors, `${path}.runAsGroup`, context.runAsGroup)
  const { procMount } = context
  if (procMount !== undefined) {
    if (!PROC_MOUNTS.includes(procMount)) errors.push(notSupported(`${path}.procMount`, procMount, PROC_MOUNTS))
    if (procMount === 'Unmasked' && (spec.hostUsers ?? true)) {
      errors.push(invalid(`${path}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`'))
    }
  }
  checkSeccompProfile(errors, `${path}.seccompProfile`, context.seccompProfile)
  if (context.allowPrivilegeEscalation === false) checkEscalation(errors, path, context)
  checkWindowsOptions(errors, `${path}.windowsOptions`, context.windowsOptions)
  checkAppArmorProfile(errors, `${path}.appArmorProfile`, context.appArmorProfile)
}

function checkEscalation(errors: FieldError[], path: string, context: SecurityContext): void {
  const refuse = (what: string) => {
    const message = `cannot set \`allowPrivilegeEscalation\` to false and ${what}`
    errors.push(invalid(path, printInternal('core.v1.SecurityContext', context), message))
  }
  if (context.privileged) refuse('`privileged` to true')
  for (const capability of context.capabilities?.add ?? []) {
    if (capability === 'CAP_SYS_ADMIN') refuse('`capabilities.Add` CAP_SYS_ADMIN')
  }
}

const SUPPLEMENTAL_POLICIES = ['Merge', 'Strict']
const FS_GROUP_POLICIES = ['Always', 'OnRootMismatch']

/** validatePodSpecSecurityContext. */
export function checkPodSecurityContext(rules: PodRules, path: string, context: PodSecurityContext | undefined): void {
  const { errors, spec, tolerated } = rules
  if (spec.shareProcessNamespace && spec.hostPID) {
    const message = 'ShareProcessNamespace and HostPID cannot both be enabled'
    errors.push(invalid(`${path}.shareProcessNamespace`, true, message))
  }
  if (!context) return
  checkId(errors, `${path}.fsGroup`, context.fsGroup)
  checkId(errors, `${path}.runAsUser`, context.runAsUser)
  checkId(errors, `${path}.runAsGroup`, context.runAsGroup)
  context.supplementalGroups?.forEach((group, at) => {
    checkId(errors, `${path}.supplementalGroups[${at}]`, group)
  })
  if (context.sysctls) checkSysctls(rules, `${path}.sysctls`, context.sysctls)
  checkValue(errors, `${path}.fsGroupChangePolicy`, context.fsGroupChangePolicy, FS_GROUP_POLICIES)
  checkSeccompProfile(errors, `${path}.seccompProfile`, context.seccompProfile)
  checkWindowsOptions(errors, `${path}.windowsOptions`, context.windowsOptions)
  checkAppArmorProfile(errors, `${path}.appArmorProfile`, context.appArmorProfile)
  checkValue(errors, `${path}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, SUPPLEMENTAL_POLICIES)
  // The other policy, MountOption, needs volumes to be mounted with the pod's label.
  const seLinuxPolicies = tolerated.seLinuxMountOption ? ['MountOption', 'Recursive'] : ['Recursive']
  checkValue(errors, `${path}.seLinuxChangePolicy`, context.seLinuxChangePolicy, seLinuxPolicies)
}

function checkValue(errors: FieldError[], path: string, value: string | undefined, values: readonly string[]): void {
  if (value !== undefined && !values.includes(value)) errors.push(notSupported(path, value, values))
}

const SYSCTL_SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const SYSCTL_FORMAT = `^(${SYSCTL_SEGMENT}[\\./])*${SYSCTL_SEGMENT}$`
const SYSCTL = new RegExp(SYSCTL_FORMAT)
const MAX_SYSCTL = 253

/** validateSysctls. */
function checkSysctls({ errors, spec, tolerated }: PodRules, path: string, sysctls: readonly Sysctl[]): void {
  const names = new Set<string>()
  sysctls.forEach(({ name }, at) => {
    const own = `${path}[${at}].name`
    if (!name) errors.push(required(own))
    else if (name.length > MAX_SYSCTL || !SYSCTL.test(name)) {
      errors.push(invalid(own, name, `must have at most ${MAX_SYSCTL} characters and match regex ${SYSCTL_FORMAT}`))
    } else if (names.has(name)) errors.push(duplicate(own, name))
    names.add(name)
    if (tolerated.hostSysctls) return
    const namespace = sysctlNamespace(name ?? '')
    if (namespace === 'net' && spec.hostNetwork) {
      errors.push(invalid(own, name, "may not be specified when 'hostNetwork' is true"))
    } else if (namespace === 'ipc' && spec.hostIPC) {
      errors.push(invalid(own, name, "may not be specified when 'hostIPC' is true"))
    }
  })
}

/** The kernel namespace that a sysctl belongs to. */
export function sysctlNamespace(sysctl: string): 'net' | 'ipc' | undefined {
  // Names with slashes may have dots inside segments; "a/b" and "a.b" are the same sysctl.
  const firstSeparator = sysctl.search(/[./]/)
  const name = sysctl[firstSeparator] === '/' ? sysctl.replaceAll('.', '\0').replaceAll('/', '.') : sysctl
  if (name.startsWith('net.')) return 'net'
  if (name === 'kernel.sem' || ['kernel.shm', 'kernel.msg', 'fs.mqueue.'].some((prefix) => name.startsWith(prefix))) {
    return 'ipc'
  }
  return undefined
}

/** validateSeccompProfileField. */
function checkSeccompProfile(errors: FieldError[], path: string, profile: SeccompProfile | undefined): void {
  if (!profile) return
  const { type, localhostProfile } = profile
  if (!type) errors.push(required(`${path}.type`, 'type is required when seccompProfile is set'))
  else if (!PROFILE_TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, PROFILE_TYPES))
  if (type !== 'Localhost') {
    if (localhostProfile === undefined) return
    const printed = printInternal('core.v1.SeccompProfile', profile)
    errors.push(invalid(`${path}.localhostProfile`, printed, 'can only be set when seccomp type is Localhost'))
  } else if (localhostProfile === undefined) {
    errors.push(required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost'))
  } else checkDescendingPath(errors, `${path}.localhostProfile`, localhostProfile)
}

const MAX_APPARMOR_PATH = 4095

/** ValidateAppArmorProfileField. */
function checkAppArmorProfile(errors: FieldError[], path: string, profile: AppArmorProfile | undefined): void {
  if (!profile) return
  const { type, localhostProfile } = profile
  const own = `${path}.localhostProfile`
  if (type === 'Localhost') {
    if (localhostProfile === undefined || localhostProfile === '') {
      errors.push(required(own, 'must be set when AppArmor type is Localhost'))
      return
    }
    if (localhostProfile.trim() !== localhostProfile) {
      errors.push(invalid(own, localhostProfile, 'must not be padded with whitespace'))
    }
    if (Buffer.byteLength(localhostProfile) > MAX_APPARMOR_PATH) errors.push(tooLong(own, MAX_APPARMOR_PATH))
  } else if (type === 'RuntimeDefault' || type === 'Unconfined') {
    if (localhostProfile === undefined) return
    errors.push(invalid(own, localhostProfile, 'can only be set when AppArmor type is Localhost'))
  } else if (!type) errors.push(required(`${path}.type`, 'type is required when appArmorProfile is set'))
  else errors.push(notSupported(`${path}.type`, type, PROFILE_TYPES))
}

const MAX_CREDENTIAL_SPEC_KIB = 64

/** validateWindowsSecurityContextOptions. */
function checkWindowsOptions(
  errors: FieldError[],
  path: string,
  options: WindowsSecurityContextOptions | undefined,
): void {
  if (!options) return
  const { gmsaCredentialSpecName: specName, gmsaCredentialSpec: credentials, runAsUserName } = options
  if (specName !== undefined) checkName(errors, `${path}.gmsaCredentialSpecName`, specName, dns1123Subdomain)
  if (credentials !== undefined) {
    const own = `${path}.gmsaCredentialSpec`
    const bytes = Buffer.byteLength(credentials)
    if (bytes === 0) errors.push(invalid(own, credentials, 'gmsaCredentialSpec cannot be an empty string'))
    else if (bytes > MAX_CREDENTIAL_SPEC_KIB * 1024) {
      errors.push(invalid(own, credentials, `gmsaCredentialSpec size must be under ${MAX_CREDENTIAL_SPEC_KIB} KiB`))
    }
  }
  if (runAsUserName !== undefined) checkWindowsUserName(errors, `${path}.runAsUserName`, runAsUserName)
}
