import type { SELinuxOptions } from '../../../../../shared/api/types/core-v1.ts'
import {
  type AnyContainer,
  type Check,
  type CheckedPod,
  containersText,
  hasOwnUsers,
  namesWhere,
  plural,
  quotes,
  settersText,
  unique,
} from './violation.ts'

const CAPABILITIES = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
)
const SELINUX_TYPES = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'])
const SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
])
const APP_ARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/'

const appArmor: Check = ({ spec, annotations, containers }) => {
  const forbidden = (type: string | undefined) =>
    type !== undefined && type !== 'RuntimeDefault' && type !== 'Localhost'
  const types: string[] = []
  const podType = spec.securityContext?.appArmorProfile?.type
  if (forbidden(podType)) types.push(podType as string)
  const names: string[] = []
  for (const { name, securityContext } of containers) {
    const type = securityContext?.appArmorProfile?.type
    if (!forbidden(type)) continue
    names.push(name)
    types.push(type as string)
  }
  const noted = Object.entries(annotations)
    .filter(
      ([key, value]) => key.startsWith(APP_ARMOR_ANNOTATION) && !/^(|runtime\/default|localhost\/.*)$/.test(value),
    )
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort()
  const setters = settersText(forbidden(podType), names)
  const details = setters ? [`${setters} must not set AppArmor profile type to ${quotes(unique(types))}`] : []
  if (noted.length > 0) details.push(`${plural('annotation', noted)} ${noted.join(', ')}`)
  const count = types.length + noted.length
  if (count === 0) return undefined
  return {
    reason: count === 1 ? 'forbidden AppArmor profile' : 'forbidden AppArmor profiles',
    detail: details.join(' and '),
  }
}

export const baselineCapabilities: Check = (pod) => {
  const added = ({ securityContext }: AnyContainer) =>
    (securityContext?.capabilities?.add ?? []).filter((capability) => !CAPABILITIES.has(capability))
  const bad = pod.containers.filter((container) => added(container).length > 0)
  if (bad.length === 0) return undefined
  const names = bad.map(({ name }) => name)
  const what = unique(bad.flatMap(added)).sort()
  const detail = `${containersText(names)} must not include ${quotes(what)} in securityContext.capabilities.add`
  return { reason: 'non-default capabilities', detail }
}

const hostNamespaces: Check = ({ spec }) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field])
  if (shared.length === 0) return undefined
  return { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') }
}

export const hostPathVolumes: Check = ({ spec }) => {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name)
  if (names.length === 0) return undefined
  return { reason: 'hostPath volumes', detail: `${plural('volume', names)} ${quotes(names)}` }
}

const hostPorts: Check = ({ containers }) => {
  const portsOf = ({ ports }: AnyContainer) => (ports ?? []).flatMap(({ hostPort }) => (hostPort ? [hostPort] : []))
  const bad = containers.filter((container) => portsOf(container).length > 0)
  if (bad.length === 0) return undefined
  const ports = unique(bad.flatMap(portsOf).map(String)).sort()
  return { reason: 'hostPort', detail: `${uses(bad)} ${plural('hostPort', ports)} ${ports.join(', ')}` }
}

function uses(containers: readonly AnyContainer[]): string {
  return `${containersText(containers.map(({ name }) => name))} ${containers.length === 1 ? 'uses' : 'use'}`
}

const hostProbes: Check = ({ containers }) => {
  const bad = containers.filter((container) => hostsOf(container).length > 0)
  if (bad.length === 0) return undefined
  const hosts = unique(bad.flatMap(hostsOf)).sort()
  const what = 'probe or lifecycle host'
  return { reason: what, detail: `${uses(bad)} ${plural(what, hosts)} ${quotes(hosts)}` }
}

function hostsOf({ livenessProbe, readinessProbe, startupProbe, lifecycle }: AnyContainer): string[] {
  const actions = [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop]
  return actions
    .flatMap((action) => [action?.httpGet?.host, action?.tcpSocket?.host])
    .filter((host) => host !== undefined && host !== '') as string[]
}

const privileged: Check = (pod) => {
  const names = namesWhere(pod, (context) => context.privileged === true)
  if (names.length === 0) return undefined
  return { reason: 'privileged', detail: `${containersText(names)} must not set securityContext.privileged=true` }
}

const procMount: Check = (pod) => {
  const isBad = (type: string | undefined) => type !== undefined && type !== 'Default'
  if (hasOwnUsers(pod)) return undefined
  const names = namesWhere(pod, (context) => isBad(context.procMount))
  if (names.length === 0) return undefined
  const types = unique(
    pod.containers.map(({ securityContext }) => securityContext?.procMount).filter(isBad),
  ) as string[]
  return {
    reason: 'procMount',
    detail: `${containersText(names)} must not set securityContext.procMount to ${quotes(types)}`,
  }
}

const seLinux: Check = (pod) => {
  const isBad = (options: SELinuxOptions | undefined) =>
    options !== undefined && (!SELINUX_TYPES.has(options.type ?? '') || !!options.user || !!options.role)
  const own = pod.spec.securityContext?.seLinuxOptions
  const names = namesWhere(pod, (context) => isBad(context.seLinuxOptions))
  const setters = settersText(isBad(own), names)
  if (setters === undefined) return undefined
  const all = [own, ...pod.containers.map(({ securityContext }) => securityContext?.seLinuxOptions)].filter(
    isBad,
  ) as SELinuxOptions[]
  const types = unique(all.map(({ type = '' }) => type).filter((type) => !SELINUX_TYPES.has(type))).sort()
  const details = types.length > 0 ? [`${plural('type', types)} ${quotes(types)}`] : []
  if (all.some(({ user }) => user)) details.push('user may not be set')
  if (all.some(({ role }) => role)) details.push('role may not be set')
  return {
    reason: 'seLinuxOptions',
    detail: `${setters} set forbidden securityContext.seLinuxOptions: ${details.join('; ')}`,
  }
}

/** A seccomp profile that is set must be one of the container runtime's or of the node. */
export function forbiddenSeccomp(pod: CheckedPod): string | undefined {
  const isBad = (type: string | undefined) => type !== undefined && type !== 'RuntimeDefault' && type !== 'Localhost'
  const own = pod.spec.securityContext?.seccompProfile?.type
  const names = namesWhere(pod, (context) => isBad(context.seccompProfile?.type))
  const setters = settersText(isBad(own), names)
  if (setters === undefined) return undefined
  const all = [own, ...pod.containers.map(({ securityContext }) => securityContext?.seccompProfile?.type)].filter(isBad)
  return `${setters} must not set securityContext.seccompProfile.type to ${quotes(unique(all as string[]).sort())}`
}

export const baselineSeccomp: Check = (pod) => {
  const detail = forbiddenSeccomp(pod)
  return detail === undefined ? undefined : { reason: 'seccompProfile', detail }
}

const sysctls: Check = ({ spec }) => {
  const names = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !SYSCTLS.has(name))
  return names.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: names.join(', ') }
}

const windowsHostProcess: Check = (pod) => {
  const own = pod.spec.securityContext?.windowsOptions?.hostProcess === true
  const names = namesWhere(pod, (context) => context.windowsOptions?.hostProcess === true)
  const setters = settersText(own, names)
  if (setters === undefined) return undefined
  return { reason: 'hostProcess', detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true` }
}

/** The baseline level of the Pod Security Standards, in the order of their reports. */
export const baselineChecks: readonly Check[] = [
  appArmor,
  baselineCapabilities,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbes,
  privileged,
  procMount,
  seLinux,
  baselineSeccomp,
  sysctls,
  windowsHostProcess,
]
