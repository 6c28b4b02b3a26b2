import { createContext, useContext } from 'react'
import { toDisposable } from '../../shared/lang/disposable.ts'
import { type ClustersStore, clusterCan, createClustersStore } from '../stores/clusters.ts'
import { DockStore } from '../stores/dock-store.ts'
import { EngineConnection } from '../stores/engine-connection.ts'
import { scheduleFrame } from '../stores/frame.ts'
import { LiveLists } from '../stores/live-lists.ts'
import { Notices } from '../stores/notices.ts'
import { createSettingsStore } from '../stores/settings-store.ts'
import { createTicker } from '../stores/ticker.ts'
import { PortSource, webSocketTransport } from '../stores/transports.ts'
import { Usages } from '../stores/usages.ts'
import { createViewStore, type ViewStore } from '../stores/view-store.ts'
import { createPromptStore } from './prompts.ts'

/** Everything that the components read and act through; made once per window. */
export interface Services {
  readonly connection: EngineConnection
  readonly clusters: ClustersStore
  readonly lists: LiveLists
  readonly usages: Usages
  readonly view: ViewStore
  readonly dock: DockStore
  readonly notices: Notices
  readonly settings: ReturnType<typeof createSettingsStore>
  readonly ticker: ReturnType<typeof createTicker>
  readonly prompts: ReturnType<typeof createPromptStore>
}

const after = (ms: number, callback: () => void) => {
  const timer = setTimeout(callback, ms)
  return toDisposable(() => clearTimeout(timer))
}

export function createServices(): Services {
  const connection = new EngineConnection({ connect: connector(), after })
  const clusters = createClustersStore(connection)
  const lists = new LiveLists({ frame: scheduleFrame, after })
  const usages = new Usages(after)
  const rpcOf = (name: string) => {
    const cluster = clusters.getState().clusters.find((one) => one.name === name)
    return cluster !== undefined && clusterCan.read(cluster) ? connection.rpc : undefined
  }
  const reconnect = () => {
    lists.connect(rpcOf)
    usages.connect(rpcOf)
  }
  connection.store.subscribe(reconnect)
  clusters.subscribe(reconnect)
  connection.start()
  return {
    connection,
    clusters,
    lists,
    usages,
    view: createViewStore(window),
    dock: new DockStore(),
    notices: new Notices(after),
    settings: createSettingsStore(localStorage, navigator.language),
    ticker: createTicker(),
    prompts: createPromptStore(),
  }
}

/** A page from a web server talks to that; any other is the app's window, whose preload brings a port. */
function connector() {
  if (location.protocol.startsWith('http')) {
    const address = new URL('ipc', location.href.split('#')[0])
    address.protocol = 'ws:'
    return () => webSocketTransport(address.href)
  }
  const ports = new PortSource()
  return () => ports.next()
}

const ServicesContext = createContext<Services | undefined>(undefined)

export const ServicesProvider = ServicesContext.Provider

export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (services === undefined) throw new Error('no services above this component')
  return services
}
