import { toIpcFailure } from '../../electron/ipc/engine-service.ts'
import type { Implementation } from '../../electron/ipc/rpc-server.ts'
import { serveRpc } from '../../electron/ipc/rpc-server.ts'
import { objectKey } from '../../shared/api/object.ts'
import { resources } from '../../shared/api/resources.ts'
import { ApiError } from '../../shared/api/status.ts'
import type { Pod } from '../../shared/api/types/core-v1.ts'
import type { ClusterPhase, ClusterSummary, EngineInfo } from '../../shared/ipc/contract.ts'
import type { ServerTransport } from '../../shared/ipc/protocol.ts'
import { toDisposable } from '../../shared/lang/disposable.ts'
import { Emitter } from '../../shared/lang/emitter.ts'
import { MockCluster } from './mock-cluster.ts'
import { mockShell } from './mock-shell.ts'
import { MockUsage } from './mock-usage.ts'

/**
 * An engine without Docker that answers the whole contract from memory: what the interface is developed and tested
 * against. Everything works as far as a window can see: clusters start, objects go, logs grow, a shell echoes.
 */
export class MockEngine {
  readonly clusters = new Map<string, { summary: ClusterSummary; objects: MockCluster; usage: MockUsage }>()
  /** What was done to nodes, in order. */
  readonly nodeChanges: string[] = []
  docker: EngineInfo['docker'] = { version: '28.0.0', location: 'default socket' }
  readonly #changed = new Emitter<readonly ClusterSummary[]>()
  readonly #transports = new Set<ServerTransport>()

  /** Adds a running cluster. */
  add(name: string, objects: MockCluster, phase: ClusterPhase = 'running', message = ''): void {
    const summary: ClusterSummary = {
      name,
      uid: name,
      phase,
      message,
      nodes: 3,
      server: phase === 'running' ? 'https://127.0.0.1:6443' : undefined,
      httpPort: 8280,
      kubernetesVersion: 'v1.36.0',
      createdAt: '2026-01-01T00:00:00Z',
    }
    this.clusters.set(name, { summary, objects, usage: new MockUsage(objects) })
    this.#changed.emit(this.#list())
  }

  setPhase(name: string, phase: ClusterPhase, message = ''): void {
    const cluster = this.#cluster(name)
    cluster.summary = { ...cluster.summary, phase, message }
    this.#changed.emit(this.#list())
  }

  serve(transport: ServerTransport): void {
    this.#transports.add(transport)
    transport.onClose(() => this.#transports.delete(transport))
    serveRpc(transport, this.#implementation(), toIpcFailure)
  }

  /** Cuts every connection, as a restart of the engine does. */
  disconnectAll(): void {
    for (const transport of this.#transports) transport.close()
  }

  #list(): ClusterSummary[] {
    return [...this.clusters.values()].map(({ summary }) => summary)
  }

  #cluster(name: string) {
    const cluster = this.clusters.get(name)
    if (cluster === undefined) throw new ApiError('NotFound', `cluster ${name} not found`)
    return cluster
  }

  #change(name: string, phase: ClusterPhase): Promise<ClusterSummary> {
    this.setPhase(name, phase)
    return Promise.resolve(this.#cluster(name).summary)
  }

  #implementation(): Implementation {
    return { ...this.#engineProcedures(), ...this.#objectProcedures(), ...this.#podProcedures() }
  }

  #engineProcedures() {
    return {
      'engine.info': async () => ({
        protocol: 1,
        appVersion: '0.1.0',
        dataFormat: 1,
        pid: process.pid,
        home: '/home/me/.slipway',
        docker: this.docker,
      }),
      'engine.shutdown': async () => null,
      'engine.browserAddress': async () => '',
      'engine.diagnose': async () => '',
      'clusters.list': async () => this.#list(),
      'clusters.watch': (_input, sink) =>
        until(sink.signal, () => {
          sink.push(this.#list())
          return this.#changed.event((clusters) => void sink.push(clusters))
        }),
      'clusters.up': async ({ name }) => {
        if (!this.clusters.has(name)) this.add(name, new MockCluster(), 'starting')
        return this.#change(name, 'running')
      },
      'clusters.down': ({ cluster }) => this.#change(cluster, 'stopped'),
      'clusters.pause': ({ cluster }) => this.#change(cluster, 'paused'),
      'clusters.resume': ({ cluster }) => this.#change(cluster, 'running'),
      'clusters.data': async () => [],
      'clusters.delete': async ({ cluster }) => {
        this.clusters.delete(cluster)
        this.#changed.emit(this.#list())
        return null
      },
      'nodes.list': async () => [],
      'nodes.add': async ({ overcommit }) => {
        if (!overcommit) throw new ApiError('Invalid', 'the machine has no room for another node: 0 CPU is left')
        this.nodeChanges.push('add')
        return []
      },
      'nodes.change': async ({ action, node }) => {
        this.nodeChanges.push(`${action} ${node}`)
        return []
      },
      'nodes.remove': async ({ node, kill }) => {
        if (!kill) throw new ApiError('Conflict', `node "${node}" can't be drained: shop/postgres-0 has a budget`)
        this.nodeChanges.push(`remove ${node}`)
        return []
      },
      'clusters.kubeconfig': async () => 'apiVersion: v1\nkind: Config\n',
      'clusters.mergeKubeconfig': async ({ cluster }) => ({
        path: '/home/me/.kube/config',
        context: `slipway-${cluster}`,
        current: false,
      }),
    } satisfies Partial<Implementation>
  }

  #objectProcedures() {
    const keyOf = ({ name, namespace }: { name: string; namespace?: string | undefined }) =>
      namespace ? `${namespace}/${name}` : name
    return {
      'objects.watch': (input, sink) => {
        const { objects } = this.#cluster(input.cluster)
        for (const object of objects.list(input.ref)) void sink.push({ type: 'ADDED', object })
        void sink.push({ type: 'SYNCED' })
        return until(sink.signal, () => objects.onChange(input.ref, (item) => void sink.push(item)))
      },
      'objects.get': async (input) => {
        const object = this.#cluster(input.cluster).objects.get(input.ref, keyOf(input))
        if (object === undefined) throw new ApiError('NotFound', `${input.ref.resource} "${input.name}" not found`)
        return object
      },
      'objects.create': async (input) => {
        const { generateName, name = `${generateName}x7k2m`, ...metadata } = input.object.metadata
        const known = { uid: `${input.ref.resource}/${name}`, creationTimestamp: new Date().toISOString() }
        const object = { ...input.object, metadata: { ...metadata, ...known, name } }
        this.#cluster(input.cluster).objects.put(input.ref, object)
        return object
      },
      'objects.patch': async (input) => {
        const { objects } = this.#cluster(input.cluster)
        const object = objects.get(input.ref, keyOf(input)) as Pod
        const body = input.body as { spec?: object }
        const patched = { ...object, spec: { ...object.spec, ...body.spec } } as Pod
        objects.put(input.ref, patched)
        return patched
      },
      'objects.delete': async (input) => {
        const { objects } = this.#cluster(input.cluster)
        const object = objects.get(input.ref, keyOf(input))
        if (object === undefined) throw new ApiError('NotFound', `${input.ref.resource} "${input.name}" not found`)
        const deletionTimestamp = new Date().toISOString()
        objects.put(input.ref, { ...object, metadata: { ...object.metadata, deletionTimestamp } })
        setTimeout(() => objects.delete(input.ref, objectKey(object)), 800)
        return null
      },
    } satisfies Partial<Implementation>
  }

  #podProcedures() {
    return {
      'pods.logs': async (input, sink) => {
        const pod = this.#cluster(input.cluster).objects.get(resources.pods, `${input.namespace}/${input.pod}`)
        if (pod === undefined) throw new ApiError('NotFound', `pods "${input.pod}" not found`)
        const startMs = Date.now() - 60_000
        for (let line = 0; line < 240; line += 1) void sink.push(logLine(line, startMs + line * 250))
        if (!input.follow) return
        let next = 240
        await until(sink.signal, () => {
          const timer = setInterval(() => void sink.push(logLine(next++, Date.now())), 400)
          return toDisposable(() => clearInterval(timer))
        })
      },
      'pods.exec': mockShell,
      'usage.watch': async (input, sink) => {
        const { usage } = this.#cluster(input.cluster)
        void sink.push(usage.now())
        await until(sink.signal, () => usage.onSampled(() => void sink.push(usage.now())))
      },
      'usage.history': async (input, sink) => {
        const { usage } = this.#cluster(input.cluster)
        void sink.push(usage.of(input.of))
        await until(sink.signal, () => usage.onSampled(() => void sink.push(usage.of(input.of).slice(-1))))
      },
    } satisfies Partial<Implementation>
  }
}

const colours = ['\u001b[32minfo\u001b[0m', '\u001b[33mwarn\u001b[0m', '\u001b[31merror\u001b[0m']

function logLine(number: number, atMs: number): string {
  const level = colours[number % 23 === 7 ? 1 : number % 41 === 5 ? 2 : 0]
  const path = ['/api/products', '/api/cart', '/api/orders/1042', '/healthz'][number % 4]
  return `${new Date(atMs).toISOString()} ${level} GET ${path} 200 ${3 + (number % 17)}ms request=${number}\n`
}

function until(signal: AbortSignal, subscribe: () => { dispose(): void }): Promise<void> {
  return new Promise((resolve) => {
    const subscription = subscribe()
    signal.addEventListener('abort', () => {
      subscription.dispose()
      resolve()
    })
  })
}
