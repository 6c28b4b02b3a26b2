import { join } from 'node:path'
import type { EngineInfo } from '../../shared/ipc/contract.ts'
import { PROTOCOL_VERSION, type ServerTransport } from '../../shared/ipc/protocol.ts'
import { destroyCluster } from '../engine/docker/destroy-cluster.ts'
import { DockerEngine } from '../engine/docker/docker-engine.ts'
import { findEngine } from '../engine/docker/engine-location.ts'
import { EngineHost } from '../engine/engine-host.ts'
import { ClusterRecords } from '../engine/installation/cluster-record.ts'
import { DATA_FORMAT, type DataDirectory } from '../engine/installation/data-directory.ts'
import { acquireEngineLock } from '../engine/installation/engine-lock.ts'
import { systemImageSources } from '../engine/installation/system-image-sources.ts'
import { startCluster } from '../engine/start-cluster.ts'
import { SystemClock } from '../engine/system-clock.ts'
import { APP_VERSION } from './app-version.ts'
import { type BrowserServer, serveBrowser } from './browser-server.ts'
import { writeDiagnosis } from './diagnosis.ts'
import { openEngineLog } from './engine-log.ts'
import { engineService, toIpcFailure } from './engine-service.ts'
import { serveEngineSocket } from './engine-socket.ts'
import { keepIdleMemorySmall, processUse, releaseMemory } from './idle-memory.ts'
import { guardProcess } from './process-guard.ts'
import { serveRpc } from './rpc-server.ts'

const ORDERLY_END_MS = 15_000

/** The engine in this process. */
export interface EngineProcess {
  readonly host: EngineHost
  /** Serves one more client: the app's window over its MessagePort. */
  serve(transport: ServerTransport): void
  /** Begins an orderly end: control planes stop, pods keep running. */
  shutdown(): void
  /** Resolves after the orderly end. */
  readonly ended: Promise<void>
}

/**
 * Runs the engine of a data directory in this process: takes its lock, starts the clusters that ran before, and
 * listens for windows, browsers and command lines. Answers undefined when another process runs it already.
 */
export async function startEngineProcess(data: DataDirectory): Promise<EngineProcess | undefined> {
  const lock = acquireEngineLock(data.path)
  if (lock === undefined) return undefined
  const log = openEngineLog(data.logs)
  const { logger } = log
  const clock = new SystemClock()
  const docker = new DockerEngine(findEngine())
  const images = systemImageSources((process as { resourcesPath?: string }).resourcesPath)
  const probeCache = join(data.path, 'engine-probe.json')
  const forceRelay = process.env.SLIPWAY_FORCE_RELAY === '1'
  const records = new ClusterRecords(data)
  const host = new EngineHost({
    records,
    clock,
    logger,
    start: (record, progress, changed, nodeHost) => {
      const directory = records.directory(record.name)
      return startCluster({
        probeCache,
        forceRelay,
        installationId: data.installationId,
        directory,
        record,
        docker,
        images,
        logger,
        progress,
        changed,
        nodeHost,
      })
    },
    machine: () => docker.info(),
    destroy: (record) => destroyCluster(docker, { installation: data.installationId, cluster: record.uid }),
  })
  const handshake = { protocol: PROTOCOL_VERSION, appVersion: APP_VERSION, dataFormat: DATA_FORMAT, pid: process.pid }
  const info = async (): Promise<EngineInfo> => {
    const location = docker.location.source
    const answered = await docker.version().then(
      ({ Version }) => ({ version: Version, location }),
      () => undefined,
    )
    return { ...handshake, home: data.path, docker: answered }
  }

  let browser: Promise<BrowserServer> | undefined
  let finish: () => void = () => undefined
  const shutdownAsked = new Promise<void>((resolve) => {
    finish = resolve
  })
  const guard = guardProcess(process, logger, () => {
    process.exitCode = 1
    // What still holds the process after its orderly end may be part of the bug.
    setTimeout(() => process.exit(1), ORDERLY_END_MS).unref()
    finish()
  })
  const implementation = engineService({
    host,
    info,
    shutdown: () => finish(),
    browserAddress: async () => {
      browser ??= serveBrowser(rendererFiles(), serve)
      return (await browser).newAddress()
    },
    diagnose: async (directory) => writeDiagnosis({ directory, data, host, info: await info(), clock }),
  })
  const serve = (transport: ServerTransport) => serveRpc(transport, implementation, toIpcFailure)
  const socket = await serveEngineSocket(data, handshake, serve)
  logger.info({ ...handshake, home: data.path }, 'engine started')
  void host.resumeAll()
  const memory = keepIdleMemorySmall({ clock, use: processUse, release: releaseMemory })

  const end = async () => {
    await shutdownAsked
    memory.dispose()
    socket.dispose()
    ;(await browser)?.dispose()
    await host.close()
    clock.dispose()
    logger.info({}, 'engine ended')
    await log.close()
    guard.dispose()
    lock.dispose()
  }
  return { host, serve, shutdown: () => finish(), ended: end() }
}

/** The built interface: beside the bundles, or under dist/ when the engine runs from its sources. */
function rendererFiles(): string {
  const here = import.meta.dirname
  return here.includes(`${join('electron', 'ipc')}`)
    ? join(here, '..', '..', 'dist', 'renderer')
    : join(here, '..', 'renderer')
}
