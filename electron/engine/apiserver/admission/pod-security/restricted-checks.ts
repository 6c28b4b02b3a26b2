import type { Volume } from '../../../../../shared/api/types/core-v1.ts'
import {
  baselineCapabilities,
  baselineChecks,
  baselineSeccomp,
  forbiddenSeccomp,
  hostPathVolumes,
} from './baseline-checks.ts'
import {
  type Check,
  type CheckedPod,
  containersText,
  hasOwnUsers,
  isWindows,
  namesWhere,
  plural,
  quotes,
  settersText,
  unique,
} from './violation.ts'

const VOLUME_TYPES = new Set(
  'configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret image'.split(' '),
)

const allowPrivilegeEscalation: Check = (pod) => {
  if (isWindows(pod)) return undefined
  const names = namesWhere(pod, (context) => context.allowPrivilegeEscalation !== false)
  if (names.length === 0) return undefined
  const detail = `${containersText(names)} must set securityContext.allowPrivilegeEscalation=false`
  return { reason: 'allowPrivilegeEscalation != false', detail }
}

const capabilities: Check = (pod) => {
  if (isWindows(pod)) return undefined
  const keeping = namesWhere(pod, (context) => !context.capabilities?.drop?.includes('ALL'))
  const added = (add: readonly string[] = []) => add.filter((capability) => capability !== 'NET_BIND_SERVICE')
  const adding = namesWhere(pod, (context) => added(context.capabilities?.add).length > 0)
  const details: string[] = []
  if (keeping.length > 0) details.push(`${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`)
  if (adding.length > 0) {
    const what = unique(
      pod.containers.flatMap(({ securityContext }) => added(securityContext?.capabilities?.add)),
    ).sort()
    details.push(`${containersText(adding)} must not include ${quotes(what)} in securityContext.capabilities.add`)
  }
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') }
}

const volumeTypes: Check = ({ spec }) => {
  const typeOf = ({ name: _name, ...source }: Volume) => Object.keys(source)[0] ?? 'emptyDir'
  const bad = (spec.volumes ?? []).filter((volume) => !VOLUME_TYPES.has(typeOf(volume)))
  if (bad.length === 0) return undefined
  const names = bad.map(({ name }) => name)
  const types = unique(bad.map(typeOf)).sort()
  const use = names.length === 1 ? 'uses' : 'use'
  const detail = `${plural('volume', names)} ${quotes(names)} ${use} ${plural('restricted volume type', types)} ${quotes(types)}`
  return { reason: 'restricted volume types', detail }
}

const runAsNonRoot: Check = (pod) => {
  if (hasOwnUsers(pod)) return undefined
  const own = pod.spec.securityContext?.runAsNonRoot
  const denying = namesWhere(pod, (context) => context.runAsNonRoot === false)
  const setters = settersText(own === false, denying)
  const reason = 'runAsNonRoot != true'
  if (setters !== undefined) return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` }
  const silent = own ? [] : namesWhere(pod, (context) => context.runAsNonRoot === undefined)
  if (silent.length === 0) return undefined
  return { reason, detail: `pod or ${containersText(silent)} must set securityContext.runAsNonRoot=true` }
}

const runAsUser: Check = (pod) => {
  if (hasOwnUsers(pod)) return undefined
  const names = namesWhere(pod, (context) => context.runAsUser === 0)
  const setters = settersText(pod.spec.securityContext?.runAsUser === 0, names)
  return setters === undefined ? undefined : { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` }
}

const seccomp: Check = (pod: CheckedPod) => {
  if (isWindows(pod)) return undefined
  const reason = 'seccompProfile'
  const forbidden = forbiddenSeccomp(pod)
  if (forbidden !== undefined) return { reason, detail: forbidden }
  if (pod.spec.securityContext?.seccompProfile) return undefined
  const silent = namesWhere(pod, (context) => context.seccompProfile === undefined)
  if (silent.length === 0) return undefined
  const must = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
  return { reason, detail: `pod or ${containersText(silent)} ${must}` }
}

/** These say what the restricted level says more strictly. */
const REPLACED: ReadonlySet<Check> = new Set([baselineCapabilities, baselineSeccomp, hostPathVolumes])

/** The restricted level: the baseline's rules and its own, in the order of their reports. */
export const restrictedChecks: readonly Check[] = [
  ...baselineChecks.filter((check) => !REPLACED.has(check)),
  allowPrivilegeEscalation,
  capabilities,
  volumeTypes,
  runAsNonRoot,
  runAsUser,
  seccomp,
]
