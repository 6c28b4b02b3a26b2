import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import type { ClusterSummary } from '../../shared/ipc/contract.ts'
import { clusterCan } from '../stores/clusters.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { useActions } from './actions-context.ts'
import { useCluster, useText, useView } from './hooks.ts'
import { useServices } from './services.ts'

/** Shows the content where there is a cluster to read, else says what is missing and what to do. */
export function ClusterGate({ children }: { children: ReactNode }) {
  const { connection, clusters } = useServices()
  const state = useStore(connection.store)
  const { loaded, clusters: all } = useStore(clusters)
  const cluster = useCluster()
  const view = useView()
  const text = useText()
  const actions = useActions()

  if (state.phase === 'absent' && !loaded) {
    return (
      <EmptyState picture="engine" title={text.engine.absentTitle} text={text.engine.absentText}>
        <code className="command">slipway open</code>
        <p className="faint">{text.engine.absentRetry}</p>
      </EmptyState>
    )
  }
  if (!loaded) return <EmptyState busy title={text.engine.connecting} />
  const withoutDocker = state.phase === 'connected' && state.info.docker === undefined
  if (withoutDocker && (cluster === undefined || !clusterCan.read(cluster))) {
    return <EmptyState picture="engine" title={text.engine.dockerTitle} text={text.engine.dockerText} />
  }
  if (all.length === 0) {
    return (
      <EmptyState picture="slipway" title={text.clusters.none} text={text.clusters.noneText}>
        <button type="button" className="primary large" onClick={() => void actions.up(FIRST_CLUSTER)}>
          {text.actions.create}
        </button>
      </EmptyState>
    )
  }
  if (cluster === undefined) return <EmptyState title={text.clusters.missing(view.cluster ?? '')} />
  return clusterCan.read(cluster) ? children : <NotRunning cluster={cluster} />
}

const FIRST_CLUSTER = 'dev'

function NotRunning({ cluster }: { cluster: ClusterSummary }) {
  const text = useText()
  const actions = useActions()
  const { name, phase, message } = cluster
  if (phase === 'starting') return <EmptyState busy title={text.clusters.startingTitle(name)} text={message} />
  if (phase === 'stopping') return <EmptyState busy title={text.clusters.stoppingTitle(name)} text={message} />
  const failed = phase === 'failed'
  return (
    <EmptyState
      picture={failed ? 'engine' : 'slipway'}
      title={failed ? text.clusters.failedTitle(name) : text.clusters.stoppedTitle(name)}
      text={failed ? message : text.clusters.stoppedText}
    >
      <button type="button" className="primary large" onClick={() => void actions.up(name)}>
        {failed ? text.actions.retry : text.actions.start}
      </button>
    </EmptyState>
  )
}
