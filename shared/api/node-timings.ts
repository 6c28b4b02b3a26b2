/** How fast a cluster notices a node that fails, and gives its pods up. */
export interface NodeTimings {
  /** Between two heartbeats of a node. */
  readonly heartbeatMs: number
  /** Silence for this long makes a node NotReady (--node-monitor-grace-period). */
  readonly graceMs: number
  /** How long pods that say nothing else stay on a node that is not ready. */
  readonly tolerationSeconds: number
}

/** As in Kubernetes, and for demonstrations. */
export const nodeTimings = {
  standard: { heartbeatMs: 10_000, graceMs: 50_000, tolerationSeconds: 300 },
  fast: { heartbeatMs: 1000, graceMs: 4000, tolerationSeconds: 5 },
} as const satisfies Readonly<Record<string, NodeTimings>>

export type NodeTimingsName = keyof typeof nodeTimings
