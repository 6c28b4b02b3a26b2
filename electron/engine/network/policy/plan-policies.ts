import { compileLabelSelector } from '../../../../shared/api/label-selector.ts'
import type { Namespace } from '../../../../shared/api/types/core-v1.ts'
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../../../shared/api/types/networking-v1.ts'
import { cidrContains, formatCidr, parseCidr, parseIPv4 } from '../ipv4.ts'
import type { PodRules, PolicyPeer, PolicyRule, PortRange } from './pod-rules.ts'
import type { PolicyPod } from './policy-pods.ts'

export interface PolicyWorld {
  readonly policies: readonly NetworkPolicy[]
  readonly pods: readonly PolicyPod[]
  readonly namespaces: readonly Namespace[]
}

/**
 * The rules of every pod that a policy selects, by uid.
 * - A pod is isolated in a direction as soon as one policy of that type selects it; what any of them allows is allowed.
 * - A rule without peers allows everyone, one without ports every port; a policy without rules allows nothing.
 * - A named port is the port of that name on the pod that is reached, which for egress is the peer.
 */
export function planPolicies({ policies, pods, namespaces }: PolicyWorld): ReadonlyMap<string, PodRules> {
  const planned = new Map<string, { nodeIP: string; ingress?: Rules; egress?: Rules }>()
  const peers = new Peers(pods, namespaces)
  for (const policy of policies) {
    const { ingress, egress } = directionsOf(policy, peers)
    const selects = compileLabelSelector(policy.spec?.podSelector ?? {})
    for (const pod of pods) {
      if (pod.namespace !== policy.metadata.namespace || !selects(pod.labels)) continue
      const rules = planned.get(pod.uid) ?? { nodeIP: pod.nodeIP }
      planned.set(pod.uid, rules)
      if (ingress) rules.ingress = join(rules.ingress, ingress(pod))
      if (egress) rules.egress = join(rules.egress, egress)
    }
  }
  return new Map(
    [...planned].map(([uid, { nodeIP, ingress, egress }]) => [
      uid,
      { nodeIP, ingress: unique(ingress), egress: unique(egress) },
    ]),
  )
}

type Rules = readonly PolicyRule[]

/** What the policy allows; undefined for a direction that is none of its types. Ingress depends on the pod's ports. */
function directionsOf(policy: NetworkPolicy, peers: Peers) {
  const { spec = {}, metadata } = policy
  const namespace = metadata.namespace ?? ''
  const types = spec.policyTypes ?? ['Ingress', ...(spec.egress?.length ? ['Egress'] : [])]
  const ingress = (spec.ingress ?? []).map((rule) => ({ ports: rule.ports, from: peers.of(rule.from, namespace) }))
  const egress = (spec.egress ?? []).flatMap((rule) => {
    const to = peers.of(rule.to, namespace)
    return portsOf(rule.ports).flatMap((port) => egressRules(port, to, peers.pods))
  })
  return {
    ingress: types.includes('Ingress')
      ? (pod: PolicyPod) =>
          ingress.flatMap(({ ports, from }) => portsOf(ports).flatMap((port) => ingressRules(port, from, pod)))
      : undefined,
    egress: types.includes('Egress') ? egress : undefined,
  }
}

/** No list and an empty one are the same: every port. */
function portsOf(ports: readonly NetworkPolicyPort[] | undefined): readonly (NetworkPolicyPort | undefined)[] {
  return ports?.length ? ports : [undefined]
}

function ingressRules(port: NetworkPolicyPort | undefined, from: Selected, pod: PolicyPod): Rules {
  if (typeof port?.port !== 'string') return withPorts(from, numbered(port))
  const found = pod.namedPorts.get(`${protocolOf(port)}/${port.port}`)
  return found === undefined ? [] : withPorts(from, { protocol: protocolOf(port), range: [found, found] })
}

function egressRules(port: NetworkPolicyPort | undefined, to: Selected, pods: readonly PolicyPod[]): Rules {
  if (typeof port?.port !== 'string') return withPorts(to, numbered(port))
  const protocol = protocolOf(port)
  const byNumber = new Map<number, PolicyPod[]>()
  for (const pod of to.everyone ? pods : [...to.pods, ...pods.filter((each) => inBlocks(each, to.blocks))]) {
    const number = pod.namedPorts.get(`${protocol}/${port.port}`)
    if (number !== undefined) byNumber.set(number, [...(byNumber.get(number) ?? []), pod])
  }
  return [...byNumber].flatMap(([number, pods]) =>
    withPorts({ everyone: false, pods, blocks: [] }, { protocol, range: [number, number] }),
  )
}

function numbered(port: NetworkPolicyPort | undefined): PortRange | undefined {
  if (port === undefined) return undefined
  const range = typeof port.port === 'number' ? ([port.port, port.endPort ?? port.port] as const) : undefined
  return { protocol: protocolOf(port), range }
}

function protocolOf({ protocol }: NetworkPolicyPort): PortRange['protocol'] {
  return (protocol ?? 'TCP').toLowerCase() as PortRange['protocol']
}

function withPorts(selected: Selected, ports: PortRange | undefined): Rules {
  if (selected.everyone) return [{ peer: { type: 'anyone' }, ports }]
  const addresses = [...new Set(selected.pods.flatMap(({ address }) => address ?? []))].sort()
  const pods: PolicyPeer[] = addresses.length > 0 ? [{ type: 'pods', addresses }] : []
  return [...pods, ...selected.blocks].map((peer) => ({ peer, ports }))
}

type Block = Extract<PolicyPeer, { type: 'block' }>

interface Selected {
  readonly everyone: boolean
  readonly pods: readonly PolicyPod[]
  readonly blocks: readonly Block[]
}

class Peers {
  readonly pods: readonly PolicyPod[]
  readonly #namespaces: readonly Namespace[]

  constructor(pods: readonly PolicyPod[], namespaces: readonly Namespace[]) {
    this.pods = pods
    this.#namespaces = namespaces
  }

  /** No list and an empty one are the same: everyone. */
  of(peers: readonly NetworkPolicyPeer[] | undefined, namespace: string): Selected {
    if (!peers?.length) return { everyone: true, pods: [], blocks: [] }
    return {
      everyone: false,
      pods: peers.filter(({ ipBlock }) => !ipBlock).flatMap((peer) => this.#podsOf(peer, namespace)),
      blocks: peers.flatMap(({ ipBlock }) => (ipBlock ? blockOf(ipBlock) : [])),
    }
  }

  #podsOf({ podSelector, namespaceSelector }: NetworkPolicyPeer, namespace: string): readonly PolicyPod[] {
    const inNamespace = compileLabelSelector(namespaceSelector)
    const namespaces = namespaceSelector
      ? new Set(
          this.#namespaces.filter(({ metadata }) => inNamespace(metadata.labels)).map(({ metadata }) => metadata.name),
        )
      : new Set([namespace])
    const selects = compileLabelSelector(podSelector ?? {})
    return this.pods.filter((pod) => namespaces.has(pod.namespace) && selects(pod.labels))
  }
}

/** Ranges of IPv6 are nobody's here: pods have IPv4 addresses. */
function blockOf({
  cidr,
  except = [],
}: {
  readonly cidr: string
  readonly except?: readonly string[] | undefined
}): Block[] {
  return networkOf(cidr).map((network) => ({ type: 'block', cidr: network, except: except.flatMap(networkOf) }))
}

/** Without the bits of a host that the text may have. */
function networkOf(text: string): string[] {
  const cidr = parseCidr(text)
  return cidr === undefined ? [] : [formatCidr(cidr)]
}

function inBlocks({ address }: PolicyPod, blocks: readonly Block[]): boolean {
  const ip = parseIPv4(address ?? '')
  if (ip === undefined) return false
  return blocks.some(({ cidr, except }) => cidrContains(cidr, ip) && !except.some((each) => cidrContains(each, ip)))
}

function join(before: Rules | undefined, more: Rules): Rules {
  return [...(before ?? []), ...more]
}

function unique(rules: Rules | undefined): Rules | undefined {
  return rules && [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()]
}
