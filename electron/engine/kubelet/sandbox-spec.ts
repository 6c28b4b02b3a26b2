import type { Pod } from '../../../shared/api/types/core-v1.ts'
import { hostsFile } from './hosts-file.ts'
import { podSpec } from './pod-containers.ts'
import type { PodDeps } from './pod-context.ts'
import { podHostname } from './pod-names.ts'
import type { SandboxSpec, VolumeSpec } from './pod-runtime.ts'
import { resolvConf } from './resolv-conf.ts'

export function sandboxSpec(deps: PodDeps, pod: Pod, attempt: number, volumes: readonly VolumeSpec[]): SandboxSpec {
  const spec = podSpec(pod)
  const uid = pod.metadata.uid ?? ''
  const node = spec.nodeName ?? ''
  const hostNetwork = spec.hostNetwork ?? false
  const podIP = hostNetwork ? undefined : deps.network.allocatePodIP(uid)
  const name = hostNetwork ? { hostname: node, domain: '' } : podHostname(pod, deps.clusterDomain)
  const fsGroup = spec.securityContext?.fsGroup
  return {
    uid,
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name ?? '',
    node,
    attempt,
    hostname: name.hostname,
    podIP,
    hostNetwork,
    shareProcessNamespace: spec.shareProcessNamespace ?? false,
    hostAliases: (spec.hostAliases ?? []).map(({ ip, hostnames = [] }) => ({ ip, hostnames })),
    resolvConf: resolvConf(pod, deps.clusterDomain, deps.dnsServiceIP),
    hosts: hostsFile(pod, podIP, name),
    sysctls: Object.fromEntries((spec.securityContext?.sysctls ?? []).map((sysctl) => [sysctl.name, sysctl.value])),
    ...(fsGroup === undefined ? {} : { fsGroup }),
    volumes,
  }
}
