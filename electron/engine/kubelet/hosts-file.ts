import type { Pod } from '../../../shared/api/types/core-v1.ts'
import { podSpec } from './pod-containers.ts'

const LOCAL_HOSTS = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
`

/** The pod's /etc/hosts: the local names, its own name, its hostAliases. */
export function hostsFile(pod: Pod, podIP: string | undefined, name: { hostname: string; domain: string }): string {
  const { hostNetwork, hostAliases = [] } = podSpec(pod)
  const title = hostNetwork ? '# Kubernetes-managed hosts file (host network).' : '# Kubernetes-managed hosts file.'
  const fqdn = name.domain ? `${name.hostname.split('.')[0]}.${name.domain}` : ''
  const own = podIP && !hostNetwork ? `${podIP}\t${fqdn ? `${fqdn}\t` : ''}${name.hostname}\n` : ''
  const aliases = hostAliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`).join('')
  return `${title}\n${LOCAL_HOSTS}${own}${aliases ? `\n# Entries added by HostAliases.\n${aliases}` : ''}`
}
