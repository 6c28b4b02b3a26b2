import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ApiServer, createApiServer } from '../../electron/engine/apiserver/api-server.ts'
import type { Client } from '../../electron/engine/client/client.ts'
import { createClient } from '../../electron/engine/client/in-process-client.ts'
import { createInformers, type Informers } from '../../electron/engine/controller/informers.ts'
import { memoryStore } from '../../electron/engine/store/memory-store.ts'
import type { ObjectStore } from '../../electron/engine/store/object-store.ts'
import type { KubeObject } from '../../shared/api/object.ts'
import { resources } from '../../shared/api/resources.ts'
import type { Event, Namespace } from '../../shared/api/types/core-v1.ts'
import { DisposableStore } from '../../shared/lang/disposable.ts'
import type { Logger } from '../../shared/lang/logger.ts'
import { ManualClock } from '../../shared/lang/manual-clock.ts'

/** The real API server over a memory store, under a clock that only moves when told to. */
export interface SimulatedCluster extends AsyncDisposable {
  readonly apiServer: ApiServer
  readonly client: Client
  readonly clock: ManualClock
  readonly store: ObjectStore
  readonly informers: Informers
  readonly logger: Logger
  readonly logged: string[]
  readonly started: DisposableStore
  /** Waits until nobody has anything to write any more without time moving on. */
  settle(): Promise<void>
  /** Moves time on, letting everyone act whenever a timer falls due. */
  advance(ms: number): Promise<void>
  /** Messages of the events about an object, in the order of their creation. */
  events(name: string): Promise<string[]>
  /** How many writes (of anything but events and leases) happened since the last call. */
  writes(): number
}

const QUIET_TURNS = 4
const UNCOUNTED = new Set(['events', 'leases.coordination.k8s.io'])

export async function simulatedCluster(): Promise<SimulatedCluster> {
  const clock = new ManualClock()
  const store = memoryStore({ clock, freeze: true })
  const apiServer = createApiServer({ store, clock, random: countingRandom() })
  const client = createClient(apiServer, {
    name: 'system:kube-controller-manager',
    groups: ['system:masters'],
  })
  const logged: string[] = []
  const logger = recordingLogger(logged)
  const informers = createInformers({ client, clock, logger })
  const started = new DisposableStore()
  let writes = 0
  started.add(
    store.watch({}, store.revision, (events) => {
      writes += events.filter(({ stored }) => !UNCOUNTED.has(stored.key.resource)).length
    }),
  )

  const settle = async () => {
    for (let quiet = 0, revision = store.revision; quiet < QUIET_TURNS; ) {
      await nextTurn()
      quiet = store.revision === revision ? quiet + 1 : 0
      revision = store.revision
    }
  }
  const cluster: SimulatedCluster = {
    apiServer,
    client,
    clock,
    store,
    informers,
    logger,
    logged,
    started,
    settle,
    async advance(ms) {
      const end = clock.monotonicMs() + ms
      await settle()
      for (let left = ms; left > 0; left = end - clock.monotonicMs()) {
        clock.advance(Math.min(left, Math.max(1, clock.nextTimerMs() ?? left)))
        await settle()
      }
    },
    async events(name) {
      const { items } = await client.resource<Event>(resources.events).list()
      return items
        .filter(({ involvedObject }) => involvedObject.name === name)
        .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
        .map(({ type, reason, message }) => `${type} ${reason}: ${message}`)
    },
    writes() {
      const count = writes
      writes = 0
      return count
    },
    async [Symbol.asyncDispose]() {
      started.dispose()
      informers.dispose()
      await store.close()
    },
  }
  await createNamespace(client, 'default')
  return cluster
}

export async function createNamespace(client: Client, name: string): Promise<Namespace> {
  return client.resource(resources.namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
}

/** Names of objects, sorted. */
export function names(objects: readonly KubeObject[]): string[] {
  return objects.map(({ metadata }) => metadata.name ?? '').sort()
}

/** The same sequence in every run. */
function countingRandom() {
  let state = 1
  const number = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  let uuids = 0
  return { number, uuid: () => `00000000-0000-4000-8000-${String(++uuids).padStart(12, '0')}` }
}

function recordingLogger(logged: string[]): Logger {
  const record = (fields: object, message: string) => {
    const { err, key } = fields as { err?: unknown; key?: string }
    logged.push(`${message} ${key ?? ''} ${err instanceof Error ? err.message : ''}`)
  }
  const logger: Logger = { debug() {}, info() {}, warn: record, error: record, child: () => logger }
  return logger
}
