import { useStore } from 'zustand'
import type { ClusterPhase, ClusterSummary } from '../../shared/ipc/contract.ts'
import { clusterCan } from '../stores/clusters.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Picker } from '../ui/picker.tsx'
import { Mark } from '../ui/state-mark.tsx'
import type { Tone } from '../views/object-state.ts'
import { useActions } from './actions-context.ts'
import { useCluster, useText } from './hooks.ts'
import { useServices } from './services.ts'

const tones: Readonly<Record<ClusterPhase, Tone>> = {
  running: 'good',
  starting: 'progress',
  stopping: 'progress',
  paused: 'warning',
  stopped: 'idle',
  failed: 'bad',
}

const NEW = '+'

/** Which cluster the window shows, how it is, and what can be done with it. */
export function ClusterSwitcher() {
  const { clusters, view } = useServices()
  const all = useStore(clusters, (state) => state.clusters)
  const cluster = useCluster()
  const text = useText()
  const actions = useActions()
  if (all.length === 0 || cluster === undefined) return <Brand />
  const options = all.map(({ name, phase }) => ({
    value: name,
    label: name,
    mark: <Mark tone={tones[phase]} />,
  }))
  return (
    <div className="cluster">
      <Picker
        label={text.clusters.switch}
        value={cluster.name}
        options={[...options, { value: NEW, label: text.clusters.new, mark: <Icon name="plus" /> }]}
        onPick={(name) =>
          name === NEW ? actions.prompt({ type: 'create-cluster' }) : view.go({ cluster: name, selected: undefined })
        }
      />
      <div className="cluster-line">
        <span className={`cluster-phase ${tones[cluster.phase]}`} aria-live="polite">
          {text.phases[cluster.phase]}
          <span className="faint"> · {text.clusters.nodes(cluster.nodes)}</span>
        </span>
        <ClusterButtons cluster={cluster} />
      </div>
    </div>
  )
}

function ClusterButtons({ cluster }: { cluster: ClusterSummary }) {
  const text = useText()
  const actions = useActions()
  const buttons: { can: boolean; icon: IconName; label: string; run(): void }[] = [
    {
      can: clusterCan.start(cluster),
      icon: 'play',
      label: text.actions.start,
      run: () => void actions.up(cluster.name),
    },
    {
      can: clusterCan.pause(cluster),
      icon: 'pause',
      label: text.actions.pause,
      run: () => void actions.pause(cluster.name),
    },
    {
      can: clusterCan.resume(cluster),
      icon: 'play',
      label: text.actions.resume,
      run: () => void actions.resume(cluster.name),
    },
    {
      can: clusterCan.stop(cluster),
      icon: 'stop',
      label: text.actions.stop,
      run: () => actions.prompt({ type: 'stop-cluster', cluster }),
    },
    {
      can: clusterCan.delete(cluster),
      icon: 'trash',
      label: text.clusters.delete,
      run: () => actions.prompt({ type: 'delete-cluster', cluster }),
    },
  ]
  return (
    <span className="cluster-buttons">
      {buttons
        .filter(({ can }) => can)
        .map(({ icon, label, run }) => (
          <button
            key={label}
            type="button"
            className="icon-button"
            title={label}
            aria-label={`${label}: ${cluster.name}`}
            onClick={run}
          >
            <Icon name={icon} />
          </button>
        ))}
    </span>
  )
}

function Brand() {
  return (
    <div className="brand">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <path d="M4 24 28 16.4v3.4L4 27.4z" className="brand-way" />
        <path d="M7.4 19 10 9.5h5.6l1.4 4.4 6-1.9-2.8 5.9-12 3.8z" className="brand-hull" />
      </svg>
      Slipway
    </div>
  )
}
