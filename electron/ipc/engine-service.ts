import { PassThrough } from 'node:stream'
import type { KubeObject } from '../../shared/api/object.ts'
import type { ResourceRef } from '../../shared/api/resources.ts'
import { ApiError } from '../../shared/api/status.ts'
import type { EngineInfo, TerminalOutput, WatchItem } from '../../shared/ipc/contract.ts'
import type { IpcFailure } from '../../shared/ipc/protocol.ts'
import { newBadRequest } from '../engine/apiserver/machinery/api-errors.ts'
import type { PodLogOptions } from '../engine/apiserver/pod-streams.ts'
import { NAMESPACE_MISMATCH } from '../engine/apiserver/registry/create-object.ts'
import type { EngineHost } from '../engine/engine-host.ts'
import { kubeconfigYaml, mergeIntoUserKubeconfig } from '../engine/installation/kubeconfig.ts'
import type { Implementation } from './rpc-server.ts'

export interface EngineServiceDeps {
  readonly host: EngineHost
  info(): Promise<EngineInfo>
  shutdown(): void
  browserAddress(): Promise<string>
  diagnose(directory: string): Promise<string>
}

interface NamedResource {
  readonly cluster: string
  readonly ref: Pick<ResourceRef, 'group' | 'version' | 'resource'>
}

interface TerminalSize {
  readonly width: number
  readonly height: number
}

/** The contract, answered by the engine host of this process. */
export function engineService({ host, ...engine }: EngineServiceDeps): Implementation {
  const resourceOf = ({ cluster, ref }: NamedResource, running = host.running(cluster)) => {
    const found = running.resourceRef(ref)
    if (found === undefined) throw new ApiError('NotFound', 'the server could not find the requested resource')
    return running.client.resource<KubeObject>(found)
  }
  const changeableOf = (input: NamedResource) => resourceOf(input, host.changeable(input.cluster))

  return {
    'engine.info': () => engine.info(),
    'engine.shutdown': async () => {
      setImmediate(engine.shutdown)
      return null
    },
    'engine.browserAddress': () => engine.browserAddress(),
    'engine.diagnose': ({ directory }) => engine.diagnose(directory),

    'clusters.list': async () => host.list(),
    'clusters.watch': (_input, sink) =>
      untilAborted(sink.signal, () => {
        sink.push(host.list())
        return host.onChange((clusters) => void sink.push(clusters))
      }),
    'clusters.up': ({ name, ...options }) => host.up(name, options),
    'clusters.down': ({ cluster }) => host.down(cluster),
    'clusters.pause': ({ cluster }) => host.pause(cluster),
    'clusters.resume': ({ cluster }) => host.resume(cluster),
    'clusters.data': ({ cluster }) => host.data(cluster),
    'clusters.delete': async ({ cluster }) => {
      await host.delete(cluster)
      return null
    },
    'clusters.kubeconfig': async ({ cluster }) => kubeconfigYaml(host.running(cluster).access),
    'clusters.mergeKubeconfig': async ({ cluster, setCurrent }) =>
      mergeIntoUserKubeconfig(host.running(cluster).access, setCurrent ?? false),

    'nodes.list': ({ cluster }) => host.nodes(cluster),
    'nodes.add': ({ cluster, ...wish }) => host.addNode(cluster, wish),
    'nodes.change': ({ cluster, action, node }) => host.changeNode(cluster, action, node),
    'nodes.remove': ({ cluster, node, kill }) => host.removeNode(cluster, node, { kill }),

    'objects.watch': async (input, sink) => {
      const resource = resourceOf(input)
      const query = {
        ...(input.namespace ? { namespace: input.namespace } : {}),
        ...(input.labelSelector ? { labelSelector: input.labelSelector } : {}),
        ...(input.fieldSelector ? { fieldSelector: input.fieldSelector } : {}),
      }
      const { items, resourceVersion } = await resource.list(query)
      for (const object of items) await sink.push({ type: 'ADDED', object } satisfies WatchItem)
      sink.push({ type: 'SYNCED' })
      await untilAborted(sink.signal, () =>
        resource.watch({ ...query, resourceVersion }, (events) => {
          for (const event of events) sink.push(event)
        }),
      )
    },
    'objects.get': (input) => resourceOf(input).get(input.name, input.namespace),
    'objects.create': (input) => changeableOf(input).create(inNamespace(input.object, input.namespace)),
    'objects.patch': (input) => {
      const { type, body, subresource, force } = input
      const patch = { type, body, ...(subresource ? { subresource } : {}), ...(force ? { force } : {}) }
      return changeableOf(input).patch({ name: input.name, namespace: input.namespace }, patch, {
        fieldManager: 'slipway',
      })
    },
    'objects.delete': async (input) => {
      const { name, namespace, gracePeriodSeconds } = input
      const grace = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }
      // As kubectl does: without it a Job would leave its pods behind.
      await changeableOf(input).delete({ name, namespace }, { propagationPolicy: 'Background', ...grace })
      return null
    },

    'usage.watch': async ({ cluster }, sink) => {
      const { usage } = host.running(cluster)
      await untilAborted(sink.signal, () => {
        sink.push(usage.now())
        return usage.onSampled(() => void sink.push(usage.now()))
      })
    },
    'usage.history': async ({ cluster, of }, sink) => {
      const { usage } = host.running(cluster)
      await untilAborted(sink.signal, () => {
        sink.push(usage.of(of))
        return usage.onSampled((at) => {
          const last = usage.of(of).at(-1)
          if (last?.at === at) sink.push([last])
        })
      })
    },

    'pods.logs': async (input, sink) => {
      const options: PodLogOptions = {
        follow: input.follow,
        previous: input.previous,
        timestamps: input.timestamps,
        tailLines: input.tailLines,
        stream: 'All',
      }
      const logs = await host.running(input.cluster).streams.logs(input, options, sink.signal)
      for await (const text of logs.setEncoding('utf8')) await sink.push(text as string)
    },
    'pods.exec': async (input, peer) => {
      const stdin = new PassThrough()
      const stdout = new PassThrough()
      const resizes: ((size: TerminalSize) => void)[] = []
      let size: TerminalSize | undefined
      peer.onItem((item) => {
        if (item.type === 'input') {
          stdin.write(item.text)
          return
        }
        size = { width: item.columns, height: item.rows }
        for (const resize of resizes) resize(size)
      })
      // The window tells its size at once, before the shell runs: who comes later gets the last one.
      const onResize = (listener: (size: TerminalSize) => void) => {
        resizes.push(listener)
        if (size !== undefined) listener(size)
      }
      const output = forwardOutput(stdout, (text) => peer.send({ type: 'output', text }, text.length))
      const { streams } = host.changeable(input.cluster)
      const code = await streams.exec(input, input.command, { stdin, stdout, tty: true, onResize }, peer.signal)
      stdout.end()
      await output
      peer.send({ type: 'exit', code } satisfies TerminalOutput, 0)
    },
  }
}

/** How a failure of the engine crosses to a client: API failures as they are, anything else without its stack. */
export function toIpcFailure(error: unknown): IpcFailure {
  if (error instanceof ApiError)
    return { reason: error.reason || 'InternalError', message: error.message, code: error.code }
  return { reason: 'InternalError', message: error instanceof Error ? error.message : String(error), code: 500 }
}

/** The object in the namespace that the request names, as it would be after a POST to that namespace's address. */
function inNamespace(object: KubeObject, namespace: string | undefined): KubeObject {
  if (namespace === undefined) return object
  if (object.metadata.namespace && object.metadata.namespace !== namespace) throw newBadRequest(NAMESPACE_MISMATCH)
  return { ...object, metadata: { ...object.metadata, namespace } }
}

async function forwardOutput(stream: PassThrough, send: (text: string) => Promise<void> | undefined): Promise<void> {
  for await (const text of stream.setEncoding('utf8')) await send(text as string)
}

/** Keeps a subscription until the client leaves. */
function untilAborted(signal: AbortSignal, subscribe: () => { dispose(): void }): Promise<void> {
  return new Promise((resolve) => {
    const subscription = subscribe()
    const end = () => {
      subscription.dispose()
      resolve()
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}
