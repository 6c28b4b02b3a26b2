import * as v from 'valibot'
import type { KubeObject } from '../api/object.ts'
import type { ClusterUsage, UsageSample } from '../api/usage-history.ts'
import { call, duplex, stream } from './procedure.ts'

/** Everything a client may ask of the engine: both ends are inferred from this one object. */

export interface EngineInfo {
  readonly protocol: number
  readonly appVersion: string
  readonly dataFormat: number
  readonly pid: number
  readonly home: string
  /** What the Docker engine says of itself; undefined while it is away. */
  readonly docker: { readonly version: string; readonly location: string } | undefined
}

export type ClusterPhase = 'stopped' | 'starting' | 'running' | 'paused' | 'stopping' | 'failed'

/** Data that live until their claim is deleted, or the cluster. */
export interface ClaimedData {
  readonly namespace: string
  readonly name: string
  /** A quantity: "1Gi". */
  readonly size: string
}

export interface ClusterSummary {
  readonly name: string
  readonly uid: string
  readonly phase: ClusterPhase
  /** What it is doing while starting or stopping, why when failed: one line for people. */
  readonly message: string
  readonly nodes: number
  /** "https://127.0.0.1:6443". */
  readonly server: string | undefined
  /** Base of http://<service>.<namespace>.<cluster>.localhost:<port>. */
  readonly httpPort: number | undefined
  readonly kubernetesVersion: string
  readonly createdAt: string
}

export interface NodeState {
  readonly name: string
  /** Made to fail, and not restored yet. */
  readonly failed: boolean
  /** Added for pods that found no room: it goes again when it is not needed. */
  readonly autoscaled: boolean
  /** These are known while the cluster runs. */
  readonly ready?: boolean
  /** What its pods may ask for together ... */
  readonly allocatable?: NodeAmounts
  /** ... and what those that are on it do. */
  readonly requested?: NodeAmounts
}

/** Quantities. */
export interface NodeAmounts {
  readonly cpu: string
  readonly memory: string
}

export interface WatchItem {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'SYNCED'
  /** Absent for SYNCED, which comes once after the objects that were there at the start. */
  readonly object?: KubeObject
}

export type TerminalOutput =
  | { readonly type: 'output'; readonly text: string }
  | { readonly type: 'exit'; readonly code: number }

/** A cluster's name: a DNS label of at most 40 characters. */
export const clusterName = v.pipe(v.string(), v.maxLength(40), v.regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/))
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(253))
const namespace = v.pipe(v.string(), v.maxLength(63))
const onCluster = v.object({ cluster: clusterName })
const resourceRef = v.object({
  group: v.pipe(v.string(), v.maxLength(253)),
  version: v.pipe(v.string(), v.maxLength(63)),
  resource: v.pipe(v.string(), v.maxLength(63)),
})
const objectRef = v.object({ cluster: clusterName, ref: resourceRef, namespace: v.optional(namespace), name })
/** Only its shape: the API server decodes and validates the rest. */
const kubeObject = v.custom<KubeObject>((value) =>
  v.is(v.looseObject({ metadata: v.looseObject({ namespace: v.optional(namespace) }) }), value),
)
const quantity = v.pipe(v.string(), v.minLength(1), v.maxLength(64))
const labelText = v.pipe(v.string(), v.maxLength(320))
const nodeSize = { cpu: v.optional(quantity), memory: v.optional(quantity), overcommit: v.optional(v.boolean()) }
const nodeCount = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100))
const usageSubject = v.variant('kind', [
  v.object({ kind: v.literal('pod'), uid: name }),
  v.object({ kind: v.literal('node'), name }),
  v.object({ kind: v.literal('cluster') }),
])
const container = v.object({ cluster: clusterName, namespace, pod: name, container: name })

export const contract = {
  'engine.info': call<EngineInfo>()(v.undefined_()),
  /** Ends the engine process after an orderly stop of its clusters' control planes; pods keep running. */
  'engine.shutdown': call<null>()(v.undefined_()),
  /** Answers a one-use address of the interface for a browser. */
  'engine.browserAddress': call<string>()(v.undefined_()),
  /** A redacted archive for bug reports; answers its path. */
  'engine.diagnose': call<string>()(v.object({ directory: v.pipe(v.string(), v.maxLength(4096)) })),

  'clusters.list': call<readonly ClusterSummary[]>()(v.undefined_()),
  /** The whole list at the start and after each change. */
  'clusters.watch': stream<readonly ClusterSummary[]>()(v.undefined_()),
  /** Creates the cluster if there is none of that name, starts it, and resolves once it is ready. */
  'clusters.up': call<ClusterSummary>()(
    v.object({
      name: clusterName,
      /** How many at least; new ones have the size, or equal parts of the machine. */
      nodes: v.optional(nodeCount),
      ...nodeSize,
      /** Nodes are added for pods that find no room, up to so many; 0 ends that. */
      maxNodes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100))),
      /** The autoscaler keeps so many at least. */
      minNodes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100))),
      nodeTimings: v.optional(v.picklist(['standard', 'fast'])),
      /** The text of a KubeSchedulerConfiguration; null: the default one. */
      schedulerConfig: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(1_000_000)))),
    }),
  ),
  'clusters.down': call<ClusterSummary>()(onCluster),
  'clusters.pause': call<ClusterSummary>()(onCluster),
  'clusters.resume': call<ClusterSummary>()(onCluster),
  'clusters.delete': call<null>()(onCluster),
  /** The claims of a cluster that hold data; null while it does not run. */
  'clusters.data': call<readonly ClaimedData[] | null>()(onCluster),
  /** The kubeconfig as YAML: holds a credential. */
  'clusters.kubeconfig': call<string>()(onCluster),
  /** Adds context slipway-<name> to the user's kubeconfig. */
  'clusters.mergeKubeconfig': call<{ readonly path: string; readonly context: string; readonly current: boolean }>()(
    v.object({ cluster: clusterName, setCurrent: v.optional(v.boolean()) }),
  ),

  'nodes.list': call<readonly NodeState[]>()(onCluster),
  /** These resolve with the nodes as they are then. */
  'nodes.add': call<readonly NodeState[]>()(
    v.object({
      cluster: clusterName,
      name: v.optional(name),
      ...nodeSize,
      labels: v.optional(v.record(labelText, labelText)),
      taints: v.optional(v.array(v.object({ key: labelText, value: v.optional(labelText), effect: labelText }))),
    }),
  ),
  'nodes.change': call<readonly NodeState[]>()(
    v.object({ cluster: clusterName, action: v.picklist(['fail', 'restore']), node: name }),
  ),
  /** Drains the node first, unless it failed; `kill` ends what cannot be moved. */
  'nodes.remove': call<readonly NodeState[]>()(v.object({ cluster: clusterName, node: name, kill: v.boolean() })),

  /** Objects now, SYNCED, then every change. */
  'objects.watch': stream<WatchItem>()(
    v.object({
      cluster: clusterName,
      ref: resourceRef,
      namespace: v.optional(namespace),
      labelSelector: v.optional(v.string()),
      fieldSelector: v.optional(v.string()),
    }),
  ),
  'objects.get': call<KubeObject>()(objectRef),
  'objects.create': call<KubeObject>()(
    v.object({
      cluster: clusterName,
      ref: resourceRef,
      namespace: v.optional(namespace),
      object: kubeObject,
    }),
  ),
  'objects.patch': call<KubeObject>()(
    v.object({
      cluster: clusterName,
      ref: resourceRef,
      namespace: v.optional(namespace),
      name,
      type: v.picklist([
        'application/json-patch+json',
        'application/merge-patch+json',
        'application/strategic-merge-patch+json',
        'application/apply-patch+yaml',
      ]),
      subresource: v.optional(v.string()),
      force: v.optional(v.boolean()),
      body: v.unknown(),
    }),
  ),
  'objects.delete': call<null>()(
    v.object({
      cluster: clusterName,
      ref: resourceRef,
      namespace: v.optional(namespace),
      name,
      gracePeriodSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    }),
  ),

  /** What every pod and node takes: now, and after each sample. */
  'usage.watch': stream<ClusterUsage>()(onCluster),
  /** The samples of the last hour, oldest first, perhaps none; then each new one as it is taken. */
  'usage.history': stream<readonly UsageSample[]>()(v.object({ cluster: clusterName, of: usageSubject })),

  /** Text in chunks of whole or part lines. */
  'pods.logs': stream<string>()(
    v.object({
      ...container.entries,
      follow: v.boolean(),
      previous: v.boolean(),
      timestamps: v.boolean(),
      tailLines: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    }),
  ),
  /** A shell (or any command) on a terminal. */
  'pods.exec': duplex<TerminalOutput>()(
    v.object({ ...container.entries, command: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(100)) }),
    v.variant('type', [
      v.object({ type: v.literal('input'), text: v.string() }),
      v.object({
        type: v.literal('resize'),
        columns: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
        rows: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
      }),
    ]),
  ),
} as const

export type EngineContract = typeof contract
