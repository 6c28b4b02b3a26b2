import type { Pod } from '../../../shared/api/types/core-v1.ts'
import { podSpec } from './pod-containers.ts'

/** "web_default(uid)": how kubelet messages name a pod. */
export function podLabel(pod: Pod): string {
  const { name, namespace, uid } = pod.metadata
  return `${name}_${namespace}(${uid})`
}

/** The hostname inside the pod and its domain under the cluster's, "" where it has none. */
export function podHostname(pod: Pod, clusterDomain: string): { hostname: string; domain: string } {
  const spec = podSpec(pod)
  if (spec.hostnameOverride) return { hostname: spec.hostnameOverride, domain: '' }
  const hostname = spec.hostname || truncateHostname(pod.metadata.name ?? '')
  const domain = spec.subdomain ? `${spec.subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}` : ''
  if (spec.setHostnameAsFQDN && domain) return { hostname: `${hostname}.${domain}`, domain }
  return { hostname, domain }
}

/** Linux allows 63 characters; a cut must not end in "-" or ".". */
function truncateHostname(name: string): string {
  return name.length <= 63 ? name : name.slice(0, 63).replace(/[-.]+$/, '')
}
