import { goQuote } from '../../../../../shared/api/go-text.ts'
import type {
  ContainerPort,
  NodeSelectorTerm,
  PodAffinity,
  PodSpec,
  Volume,
} from '../../../../../shared/api/types/core-v1.ts'
import { ownMember } from '../../../../../shared/lang/own-member.ts'
import { warnOfFraction } from '../checks.ts'
import { type AnyContainer, eachContainer } from './pod-rules.ts'
import type { Annotations } from './validate-annotations.ts'
import { type OldSource, oldSourceWarning } from './volume-sources.ts'

/** GetWarningsForPod and GetWarningsForPodTemplate; `path` is that of the template, "" for a pod. */
export function podWarnings(path: string, spec: PodSpec | undefined, annotations: Annotations): string[] {
  if (!spec) return []
  const warnings: string[] = []
  const own = path === '' ? 'spec' : `${path}.spec`
  const meta = path === '' ? 'metadata' : `${path}.metadata`
  warnOfNodeLabels(warnings, own, spec)
  warnOfSpread(warnings, own, spec)
  for (const [name, message] of OLD_ANNOTATIONS) {
    if (annotations?.[name] !== undefined) warnings.push(`${meta}.annotations[${name}]: ${message}`)
  }
  spec.volumes?.forEach((volume, at) => {
    warnOfVolume(warnings, `${own}.volumes[${at}]`, volume)
  })
  warnOfTokenPaths(warnings, own, spec)
  warnOfDuplicates(warnings, own, spec)
  warnOfFractions(warnings, `${own}.overhead`, spec.overhead)
  warnOfProfiles(warnings, { path, meta, spec, annotations })
  eachContainer(spec, own, (container, at) => {
    warnOfFractions(warnings, `${at}.resources.limits`, container.resources?.limits)
    warnOfFractions(warnings, `${at}.resources.requests`, container.resources?.requests)
    warnOfEnv(warnings, `${at}.env`, container)
  })
  warnOfPorts(warnings, own, spec)
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    const message = 'must be >= 0; negative values are invalid and will be treated as 1'
    warnings.push(`${own}.terminationGracePeriodSeconds: ${message}`)
  }
  warnOfTerms(warnings, `${own}.affinity.podAffinity`, spec.affinity?.podAffinity)
  warnOfTerms(warnings, `${own}.affinity.podAntiAffinity`, spec.affinity?.podAntiAffinity)
  return warnings
}

/** Labels of nodes that have other names now. */
const OLD_NODE_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
}

const OLD_ANNOTATIONS: readonly (readonly [string, string])[] = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
]

function warnOfNodeLabels(warnings: string[], path: string, spec: PodSpec): void {
  for (const label of Object.keys(spec.nodeSelector ?? {})) {
    const message = ownMember(OLD_NODE_LABELS, label)
    if (message) warnings.push(`${path}.nodeSelector[${label}]: ${message}`)
  }
  const affinity = spec.affinity?.nodeAffinity
  const own = `${path}.affinity.nodeAffinity`
  affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms?.forEach((term, at) => {
    warnOfTerm(warnings, `${own}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${at}]`, term)
  })
  affinity?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ preference }, at) => {
    warnOfTerm(warnings, `${own}.preferredDuringSchedulingIgnoredDuringExecution[${at}].preference`, preference)
  })
}

function warnOfTerm(warnings: string[], path: string, term: NodeSelectorTerm): void {
  term?.matchExpressions?.forEach(({ key }, at) => {
    const message = ownMember(OLD_NODE_LABELS, key)
    if (message) warnings.push(`${path}.matchExpressions[${at}].key: ${key} is ${message}`)
  })
}

const NO_SELECTOR = 'a null labelSelector results in matching no pod'

function warnOfSpread(warnings: string[], path: string, spec: PodSpec): void {
  spec.topologySpreadConstraints?.forEach(({ topologyKey, labelSelector }, at) => {
    const own = `${path}.topologySpreadConstraints[${at}]`
    const message = ownMember(OLD_NODE_LABELS, topologyKey)
    if (message) warnings.push(`${own}.topologyKey: ${topologyKey} is ${message}`)
    if (!labelSelector) warnings.push(`${own}.labelSelector: ${NO_SELECTOR}`)
  })
}

function warnOfTerms(warnings: string[], path: string, affinity: PodAffinity | undefined): void {
  affinity?.requiredDuringSchedulingIgnoredDuringExecution?.forEach(({ labelSelector }, at) => {
    const own = `${path}.requiredDuringSchedulingIgnoredDuringExecution[${at}]`
    if (!labelSelector) warnings.push(`${own}.labelSelector: ${NO_SELECTOR}`)
  })
  affinity?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ podAffinityTerm }, at) => {
    const own = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${at}].podAffinityTerm`
    if (!podAffinityTerm?.labelSelector) warnings.push(`${own}.labelSelector: ${NO_SELECTOR}`)
  })
}

const OLD_SOURCES: readonly (OldSource & keyof Volume)[] = [
  'photonPersistentDisk',
  'gitRepo',
  'scaleIO',
  'flocker',
  'storageos',
  'quobyte',
  'glusterfs',
  'cephfs',
  'rbd',
]

function warnOfVolume(warnings: string[], path: string, volume: Volume): void {
  for (const source of OLD_SOURCES) if (volume[source]) warnings.push(oldSourceWarning(path, source))
  const claim = volume.ephemeral?.volumeClaimTemplate?.spec
  const own = `${path}.ephemeral.volumeClaimTemplate.spec.resources`
  for (const member of ['requests', 'limits'] as const) {
    const storage = claim?.resources?.[member]?.storage
    if (storage !== undefined) warnOfFraction(warnings, `${own}.${member}[storage]`, storage)
  }
  if (volume.projected && !volume.projected.sources?.some((source) => Object.keys(source).length > 0)) {
    warnings.push(`volume ${goQuote(volume.name)} (Projected) has no sources provided`)
  }
}

/** Files that another source writes where the token goes. */
function warnOfTokenPaths(warnings: string[], path: string, spec: PodSpec): void {
  const sources = spec.volumes?.flatMap(({ projected }) => projected?.sources ?? []) ?? []
  const tokens = new Set(sources.map(({ serviceAccountToken }) => serviceAccountToken?.path).filter(Boolean))
  if (tokens.size === 0) return
  spec.volumes?.forEach(({ projected }, at) => {
    const own = `${path}.volumes[${at}].projected.sources`
    const warn = (items: readonly { path: string }[] | undefined, name: string) => {
      items?.forEach((item, position) => {
        if (!tokens.has(item.path)) return
        const message = `has duplicated path with ServiceAccountToken ${goQuote(item.path)}`
        warnings.push(`${own}.${name}[${position}]: ${message}`)
      })
    }
    for (const { configMap, secret, downwardAPI } of projected?.sources ?? []) {
      warn(configMap?.items, 'configMap')
      warn(secret?.items, 'secrets')
      warn(downwardAPI?.items, 'downwardAPI')
    }
  })
}

function warnOfDuplicates(warnings: string[], path: string, spec: PodSpec): void {
  const addresses = new Set<string>()
  spec.hostAliases?.forEach(({ ip }, at) => {
    if (addresses.has(ip)) warnings.push(`${path}.hostAliases[${at}].ip: duplicate ip ${goQuote(ip)}`)
    addresses.add(ip)
  })
  const secrets = new Set<string>()
  spec.imagePullSecrets?.forEach(({ name = '' }, at) => {
    const own = `${path}.imagePullSecrets[${at}].name`
    if (secrets.has(name)) warnings.push(`${own}: duplicate name ${goQuote(name)}`)
    if (name === '') warnings.push(`${own}: invalid empty name ""`)
    secrets.add(name)
  })
}

function warnOfFractions(warnings: string[], path: string, list: Record<string, string> | undefined): void {
  for (const name of ['memory', 'ephemeral-storage']) {
    const text = list?.[name]
    if (text !== undefined) warnOfFraction(warnings, `${path}[${name}]`, text)
  }
}

interface Profiles {
  readonly path: string
  readonly meta: string
  readonly spec: PodSpec
  readonly annotations: Annotations
}

/** Annotations in place of the fields that say the same today. */
function warnOfProfiles(warnings: string[], { path, meta, spec, annotations }: Profiles): void {
  if (!annotations) return
  const useField = 'non-functional in v1.27+; use the "seccompProfile" field instead'
  const warn = (name: string, message: string) => {
    if (annotations[name] !== undefined) warnings.push(`${meta}.annotations[${name}]: ${message}`)
  }
  if (!spec.securityContext?.seccompProfile) warn('seccomp.security.alpha.kubernetes.io/pod', useField)
  eachContainer(spec, '', ({ name, securityContext }) => {
    if (!securityContext?.seccompProfile) warn(`container.seccomp.security.alpha.kubernetes.io/${name}`, useField)
    // A pod's own annotations are copied into the fields when it is created, and warned of there.
    if (path === '' || spec.securityContext?.appArmorProfile || securityContext?.appArmorProfile) return
    const message = 'deprecated since v1.30; use the "appArmorProfile" field instead'
    warn(`container.apparmor.security.beta.kubernetes.io/${name}`, message)
  })
}

/** A variable that is set twice, unless the second one builds on the first. */
function warnOfEnv(warnings: string[], path: string, { env }: AnyContainer): void {
  const names = new Set<string>()
  env?.forEach(({ name, value = '', valueFrom }, at) => {
    if (!names.has(name)) {
      names.add(name)
      return
    }
    const reference = `$(${name})`
    if (!valueFrom && value !== reference && value.includes(reference)) return
    const message = `hides previous definition of ${goQuote(name)}, which may be dropped when using apply`
    warnings.push(`${path}[${at}]: ${message}`)
  })
}

interface PortPlace {
  readonly path: string
  readonly port: ContainerPort
}

function warnOfPorts(warnings: string[], path: string, spec: PodSpec): void {
  const byPort = new Map<string, PortPlace[]>()
  eachContainer(spec, path, ({ ports }, at) => {
    ports?.forEach((port, position) => {
      const own = `${at}.ports[${position}]`
      const { hostIP = '', hostPort = 0 } = port
      if (hostIP !== '' && hostPort === 0) {
        warnings.push(`${own}: hostIP set without hostPort: ${printPort(port)}`)
      }
      const key = `${port.containerPort}/${port.protocol}`
      const others = byPort.get(key) ?? []
      for (const other of others) {
        const relation = relationOf(port, other.port)
        if (relation) warnings.push(`${own}: ${relation} port definition with ${other.path}`)
      }
      byPort.set(key, [...others, { path: own, port }])
    })
  })
}

function relationOf(port: ContainerPort, other: ContainerPort): string | undefined {
  const [ip, otherIP] = [port.hostIP ?? '', other.hostIP ?? '']
  const [hostPort, otherPort] = [port.hostPort ?? 0, other.hostPort ?? 0]
  if (ip === otherIP && hostPort === otherPort) return 'duplicate'
  if (hostPort === 0 || otherPort === 0) return 'overlapping'
  const onlyOneIsAny = (ip === '') !== (otherIP === '')
  return hostPort === otherPort && onlyOneIsAny ? 'dangerously ambiguous' : undefined
}

/** How Go prints the struct. */
function printPort({ name = '', hostPort = 0, containerPort, protocol = '', hostIP = '' }: ContainerPort): string {
  return `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`
}
