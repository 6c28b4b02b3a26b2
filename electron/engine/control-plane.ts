import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Clock } from '../../shared/lang/clock.ts'
import type { Logger } from '../../shared/lang/logger.ts'
import type { Shutdown } from '../../shared/lang/shutdown.ts'
import { type ApiServer, createApiServer } from './apiserver/api-server.ts'
import { startRoleAggregation } from './apiserver/auth/aggregate-roles.ts'
import { createAuthenticator } from './apiserver/auth/authenticator.ts'
import { bootstrapCluster } from './apiserver/bootstrap/bootstrap-cluster.ts'
import { type Listener, type ListenOptions, listen } from './apiserver/http/listener.ts'
import type { PodStreams } from './apiserver/pod-streams.ts'
import { startEventExpiry } from './apiserver/registry/event-expiry.ts'
import { metricsResources, type UsageView } from './apiserver/registry/metrics-resources.ts'
import { createStreamUpgrade } from './apiserver/streams/stream-upgrade.ts'
import type { Client } from './client/client.ts'
import { createClient } from './client/in-process-client.ts'
import type { ClusterPki } from './pki/cluster-pki.ts'
import { openStore } from './store/open-store.ts'

export const ADMINISTRATOR = { name: 'kubernetes-admin', groups: ['system:masters'] }

export interface ControlPlaneDeps {
  readonly directory: string
  readonly pki: ClusterPki
  readonly serviceCidr: string
  /** How long pods stay on a node that fails, unless they say otherwise. */
  readonly tolerationSeconds: number
  /** 0: any free port. A port that is taken is replaced by a free one. */
  readonly apiPort: number
  /** Why clients may change nothing for now. */
  held?(): string | undefined
  readonly clock: Clock
  readonly logger: Logger
}

export interface ControlPlane {
  readonly apiServer: ApiServer
  readonly client: Client
  readonly port: number
  /** Gives the API its way into containers, once the kubelet runs. */
  setStreams(streams: PodStreams): void
  /** Serves metrics.k8s.io from now on. */
  setUsage(usage: UsageView): void
}

/** Opens the store and serves the API on loopback. */
export async function startControlPlane(deps: ControlPlaneDeps, shutdown: Shutdown): Promise<ControlPlane> {
  const { clock, logger, pki } = deps
  const store = await openStore({ path: join(deps.directory, 'store.db'), clock })
  shutdown.add(() => store.close())
  const random = { uuid: () => randomUUID(), number: Math.random }
  let streams: PodStreams | undefined
  let usage: UsageView | undefined
  const apiServer = createApiServer({
    store,
    clock,
    random,
    serviceCidr: deps.serviceCidr,
    tolerationSeconds: deps.tolerationSeconds,
    serviceAccountKey: pki.serviceAccounts.key,
    warnsOfUnenforced: true,
    streams: () => streams,
    held: () => deps.held?.(),
    usage: () => usage,
    onError: (error) => logger.warn({ error }, 'a custom resource definition is not up to date'),
  })
  await bootstrapCluster(apiServer)
  const expiry = startEventExpiry(apiServer.context, (error) => logger.warn({ error }, 'an old Event stays for now'))
  shutdown.add(() => expiry.dispose())
  const aggregation = startRoleAggregation(apiServer.context, (error) => logger.warn({ error }, 'a role is not summed'))
  shutdown.add(() => aggregation.dispose())
  const tls = { cert: pki.server.cert, key: pki.server.key, ca: pki.authority.cert }
  const authenticator = createAuthenticator({
    staticTokens: new Map(),
    tokenUser: (token) => apiServer.context.tokens.user(token),
  })
  const upgrade = createStreamUpgrade({ apiServer, authenticator, streams: () => streams })
  const http = { authenticator, upgrade }
  const open = (options: Pick<ListenOptions, 'port'>) => listen(apiServer, http, { host: '127.0.0.1', tls, ...options })
  const listener = await open({ port: deps.apiPort }).catch((error: NodeJS.ErrnoException): Promise<Listener> => {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error
    logger.warn({ port: deps.apiPort }, 'the API port is taken by another program; using a free one')
    return open({ port: 0 })
  })
  shutdown.add(() => listener.close())
  return {
    apiServer,
    client: createClient(apiServer, ADMINISTRATOR),
    port: listener.port,
    setStreams(podStreams) {
      streams = podStreams
    },
    setUsage(view) {
      usage = view
      for (const resource of metricsResources) apiServer.context.registry.add(resource)
    },
  }
}
