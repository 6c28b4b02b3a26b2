import type { ContainerUsage, PodUsage } from './usage.ts'

/** What something takes: thousandths of a core, and bytes of its working set. */
export interface Use {
  readonly cpuMillis: number
  readonly memoryBytes: number
}

/** What a pod, a node or the cluster took in one sampling window. */
export interface UsageSample extends Use {
  /** The end of the window, in milliseconds since 1970. */
  readonly at: number
  /** The containers of a pod; a node or a cluster has none. */
  readonly containers?: readonly ContainerUsage[]
}

/** What all pods and nodes of a cluster took in the newest sampling window. */
export interface ClusterUsage {
  /** The end of the window; undefined while there was none. */
  readonly at?: number
  /** Without those that have not been seen twice. */
  readonly pods: readonly (Use & { readonly uid: string })[]
  readonly nodes: readonly (Use & { readonly name: string })[]
}

/** Whose hour is asked for. A pod is told by its uid: another of the same name has a history of its own. */
export type UsageSubject =
  | { readonly kind: 'pod'; readonly uid: string }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'cluster' }

export function sumUse(parts: Iterable<Use>): Use {
  let cpuMillis = 0
  let memoryBytes = 0
  for (const part of parts) {
    cpuMillis += part.cpuMillis
    memoryBytes += part.memoryBytes
  }
  return { cpuMillis, memoryBytes }
}

/** What pods take together. */
export function sumUsages(pods: readonly PodUsage[]): Use {
  return sumUse(pods.flatMap(({ containers }) => containers))
}
