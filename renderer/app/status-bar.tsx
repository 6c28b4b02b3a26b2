import { useStore } from 'zustand'
import { Icon } from '../ui/icon.tsx'
import { Mark } from '../ui/state-mark.tsx'
import { useActions } from './actions-context.ts'
import { useCluster, useText } from './hooks.ts'
import { modifier } from './keyboard.ts'
import { useServices } from './services.ts'

/** One line at the bottom: the engine, Docker, the API server, and what is always at hand. */
export function StatusBar() {
  const { connection, dock } = useServices()
  const state = useStore(connection.store)
  const { tabs, open } = useStore(dock.store)
  const cluster = useCluster()
  const text = useText()
  const actions = useActions()
  return (
    <footer className="status-bar">
      <span role="status" className="status-item">
        {state.phase === 'connected' ? (
          <>
            <Mark tone={state.info.docker ? 'good' : 'warning'} />
            {state.info.docker ? text.engine.docker(state.info.docker.version) : text.engine.dockerTitle}
          </>
        ) : (
          <>
            <Mark tone={state.phase === 'connecting' ? 'progress' : 'bad'} />
            {state.phase === 'lost'
              ? text.engine.lost
              : state.phase === 'absent'
                ? text.engine.absentTitle
                : text.engine.connecting}
          </>
        )}
      </span>
      {cluster?.server === undefined ? null : <span className="status-item faint">{cluster.server}</span>}
      {cluster === undefined ? null : <span className="status-item faint">{cluster.kubernetesVersion}</span>}
      <span className="status-space" />
      {tabs.length === 0 ? null : (
        <button type="button" className="status-button" aria-expanded={open} onClick={() => dock.toggle()}>
          <Icon name="shell" /> {text.dock.label} {tabs.length}
        </button>
      )}
      <button type="button" className="status-button" onClick={() => actions.prompt({ type: 'palette' })}>
        {text.actions.palette} <kbd>{modifier}K</kbd>
      </button>
      <button
        type="button"
        className="status-button"
        title={text.shortcuts.title}
        aria-label={text.shortcuts.title}
        onClick={() => actions.prompt({ type: 'shortcuts' })}
      >
        <kbd>?</kbd>
      </button>
    </footer>
  )
}
