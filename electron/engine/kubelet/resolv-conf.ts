import type { Pod } from '../../../shared/api/types/core-v1.ts'
import { podSpec } from './pod-containers.ts'

const MAX_NAMESERVERS = 3
const MAX_SEARCHES = 32

/** The pod's /etc/resolv.conf by its dnsPolicy and dnsConfig; "" leaves it as the engine makes it (Default). */
export function resolvConf(pod: Pod, clusterDomain: string, dnsServiceIP: string): string {
  const { dnsPolicy = 'ClusterFirst', dnsConfig, hostNetwork } = podSpec(pod)
  const clusterFirst = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork)
  const base = clusterFirst
    ? {
        nameservers: [dnsServiceIP],
        searches: [`${pod.metadata.namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain],
        options: ['ndots:5'],
      }
    : { nameservers: [], searches: [], options: [] }
  if (!clusterFirst && dnsPolicy !== 'None' && !dnsConfig) return ''
  const nameservers = unique([...base.nameservers, ...(dnsConfig?.nameservers ?? [])]).slice(0, MAX_NAMESERVERS)
  const searches = unique([...base.searches, ...(dnsConfig?.searches ?? [])]).slice(0, MAX_SEARCHES)
  const options = new Map(base.options.map((option) => [option.split(':')[0] ?? '', option]))
  for (const { name = '', value } of dnsConfig?.options ?? []) options.set(name, value ? `${name}:${value}` : name)
  return [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...nameservers.map((address) => `nameserver ${address}`),
    ...(options.size > 0 ? [`options ${[...options.values()].join(' ')}`] : []),
    '',
  ].join('\n')
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)]
}
