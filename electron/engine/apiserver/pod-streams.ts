import type { Duplex, Readable, Writable } from 'node:stream'

/** A pod's container as the API names it. */
export interface ContainerTarget {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

/** The query of GET pods/log (PodLogOptions). */
export interface PodLogOptions {
  readonly follow: boolean
  readonly previous: boolean
  readonly timestamps: boolean
  readonly sinceSeconds?: number | undefined
  /** RFC 3339. */
  readonly sinceTime?: string | undefined
  readonly tailLines?: number | undefined
  readonly limitBytes?: number | undefined
  readonly stream: 'All' | 'Stdout' | 'Stderr'
}

/** The streams a client attached; absent ones were not asked for. With a tty, stderr goes to stdout. */
export interface AttachedStreams {
  readonly stdin?: Readable | undefined
  readonly stdout?: Writable | undefined
  readonly stderr?: Writable | undefined
  readonly tty: boolean
  /** Calls the listener with each new terminal size. */
  onResize?(listener: (size: { width: number; height: number }) => void): void
}

/**
 * What the kubelet offers to the API server's streaming subresources. Failures are ApiErrors in the kubelet's words
 * (container not found, not running, no previous container ...). Every call ends when `signal` aborts.
 */
export interface PodStreams {
  logs(target: ContainerTarget, options: PodLogOptions, signal: AbortSignal): Promise<Readable>
  /** Resolves with the exit code when the command ends. */
  exec(
    target: ContainerTarget,
    command: readonly string[],
    streams: AttachedStreams,
    signal: AbortSignal,
  ): Promise<number>
  /** Resolves when the container ends or the client leaves. */
  attach(target: ContainerTarget, streams: AttachedStreams, signal: AbortSignal): Promise<void>
  /** Connects to a port on 127.0.0.1 inside the pod. */
  portForward(pod: { namespace: string; name: string }, port: number): Promise<Duplex>
  /** Connects to an address of the cluster network: for the pod, service and node proxies. */
  dial(address: string, port: number): Promise<Duplex>
}
