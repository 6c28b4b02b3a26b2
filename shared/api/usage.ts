/** What a container took over the last sampling window. */
export interface ContainerUsage {
  readonly name: string
  readonly cpuMillis: number
  readonly memoryBytes: number
}

/** What a pod took: the numbers behind metrics.k8s.io. */
export interface PodUsage {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly node: string
  /** The end of the window, in milliseconds since 1970. */
  readonly at: number
  readonly windowMs: number
  readonly containers: readonly ContainerUsage[]
}

/** A running container's counters. */
export interface ContainerCounters {
  readonly id: string
  readonly pod: { readonly uid: string; readonly namespace: string; readonly name: string; readonly node: string }
  readonly container: string
  /** Processor time since its start. */
  readonly cpuNanos: bigint
  /** The working set: usage without what the kernel could drop at once. */
  readonly memoryBytes: number
}
