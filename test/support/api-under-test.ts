import { randomUUID } from 'node:crypto'
import { type ApiServer, createApiServer } from '../../electron/engine/apiserver/api-server.ts'
import { bootstrapCluster } from '../../electron/engine/apiserver/bootstrap/bootstrap-cluster.ts'
import type { PodStreams } from '../../electron/engine/apiserver/pod-streams.ts'
import type { Client } from '../../electron/engine/client/client.ts'
import { createClient } from '../../electron/engine/client/in-process-client.ts'
import type { Journal } from '../../electron/engine/store/journal.ts'
import { FIRST_REVISION, JournaledStore } from '../../electron/engine/store/journaled-store.ts'
import { memoryStore } from '../../electron/engine/store/memory-store.ts'
import type { ObjectStore } from '../../electron/engine/store/object-store.ts'
import type { KubeObject } from '../../shared/api/object.ts'
import type { ResourceRef } from '../../shared/api/resources.ts'
import { ManualClock } from '../../shared/lang/manual-clock.ts'

export interface ApiUnderTest {
  readonly apiServer: ApiServer
  readonly store: ObjectStore
  readonly clock: ManualClock
  /** As a member of system:masters. */
  readonly admin: Client
  as(name: string, ...groups: string[]): Client
}

/** A bootstrapped API server over a store in memory, with a namespace `apps` and its default ServiceAccount. */
export async function apiUnderTest(
  options: {
    readonly journal?: Journal
    readonly serviceCidr?: string
    readonly streams?: PodStreams
    held?(): string | undefined
  } = {},
): Promise<ApiUnderTest> {
  const clock = new ManualClock()
  const { journal } = options
  const store = journal
    ? new JournaledStore(journal, { revision: FIRST_REVISION, rows: [] }, { clock, freeze: true })
    : memoryStore({ clock, freeze: true })
  const random = { uuid: () => randomUUID(), number: () => Math.random() }
  const { serviceCidr = '10.96.0.0/16', streams } = options
  const apiServer = createApiServer({
    store,
    clock,
    random,
    serviceCidr,
    streams: () => streams,
    held: () => options.held?.(),
  })
  await bootstrapCluster(apiServer)
  const as = (name: string, ...groups: string[]) =>
    createClient(apiServer, { name, groups: [...groups, 'system:authenticated'] })
  const admin = as('admin', 'system:masters')
  await admin.resource(namespaces).create({ kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'apps' } })
  const account = { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: 'default', namespace: 'apps' } }
  await admin.resource(resourceRef('v1', 'serviceaccounts')).create(account)
  return { apiServer, store, clock, admin, as }
}

/** Any resource, by API version and plural. */
export function resourceRef(apiVersion: string, resource: string, namespaced = true): ResourceRef<KubeObject> {
  const slash = apiVersion.indexOf('/')
  const group = slash < 0 ? '' : apiVersion.slice(0, slash)
  return { group, version: apiVersion.slice(slash + 1), resource, kind: '', namespaced }
}

const namespaces = resourceRef('v1', 'namespaces', false)

/** The message that a promise is refused with. */
export function refusal(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'accepted',
    (error: unknown) => (error as Error).message,
  )
}
