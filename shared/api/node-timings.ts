/** How fast a cluster notices a node that fails, and gives its pods up. */
export interface NodeTimings {
  /** Between two heartbeats of a node. */
  readonly heartbeatMs: number
  /** Silence for this long makes a node NotReady (--node-monitor-grace-period). */
  readonly graceMs: number
  /** How long pods that say nothing else stay on a node that is not ready. */
  readonly tolerationSeconds: number
  readonly scaling: NodeScalingTimings
}

/** How fast nodes are added for pods that find no room, and removed again. */
export interface NodeScalingTimings {
  /** Between two looks (--scan-interval). */
  readonly scanMs: number
  /** A node that is of no use for this long goes (--scale-down-unneeded-time) ... */
  readonly unneededMs: number
  /** ... and so does one that was not ready for so long (--scale-down-unready-time) ... */
  readonly unreadyMs: number
  /** ... but none does for so long after one came (--scale-down-delay-after-add). */
  readonly delayAfterAddMs: number
}

/** As in Kubernetes, and for demonstrations. */
export const nodeTimings = {
  standard: {
    heartbeatMs: 10_000,
    graceMs: 50_000,
    tolerationSeconds: 300,
    scaling: { scanMs: 10_000, unneededMs: 600_000, unreadyMs: 1_200_000, delayAfterAddMs: 600_000 },
  },
  fast: {
    heartbeatMs: 1000,
    graceMs: 4000,
    tolerationSeconds: 5,
    scaling: { scanMs: 1000, unneededMs: 10_000, unreadyMs: 20_000, delayAfterAddMs: 5000 },
  },
} as const satisfies Readonly<Record<string, NodeTimings>>

export type NodeTimingsName = keyof typeof nodeTimings
