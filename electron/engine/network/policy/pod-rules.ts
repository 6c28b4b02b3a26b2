/** What NetworkPolicies come to for one pod: whom it may hear and reach, in a direction in which it is isolated. */
export interface PodRules {
  /** The node's own address: a pod may always be reached from its node, and reach it. */
  readonly nodeIP: string
  /** What is let through; undefined: no policy isolates the pod in this direction. */
  readonly ingress: readonly PolicyRule[] | undefined
  readonly egress: readonly PolicyRule[] | undefined
}

export interface PolicyRule {
  readonly peer: PolicyPeer
  /** Undefined: every port of every protocol. */
  readonly ports: PortRange | undefined
}

export type PolicyPeer =
  | { readonly type: 'anyone' }
  /** Addresses of pods; never empty. */
  | { readonly type: 'pods'; readonly addresses: readonly string[] }
  | { readonly type: 'block'; readonly cidr: string; readonly except: readonly string[] }

export interface PortRange {
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  /** Both ends belong to it; undefined: every port. */
  readonly range: readonly [first: number, last: number] | undefined
}
