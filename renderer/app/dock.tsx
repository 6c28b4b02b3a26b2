import { lazy, Suspense } from 'react'
import { useStore } from 'zustand'
import type { DockTab } from '../stores/dock-store.ts'
import { Icon } from '../ui/icon.tsx'
import { Splitter } from '../ui/splitter.tsx'
import { LogPane } from '../views/logs/log-pane.tsx'
import { useText } from './hooks.ts'
import { useServices } from './services.ts'

/** xterm is the largest part of the bundle and not needed for the first view. */
const TerminalPane = lazy(async () => ({ default: (await import('../terminal/terminal-pane.tsx')).TerminalPane }))

/** Log tails and terminals in tabs. A hidden tab goes on; a terminal that is closed ends its shell. */
export function Dock() {
  const { dock } = useServices()
  const { tabs, active, open } = useStore(dock.store)
  const text = useText()
  if (tabs.length === 0) return null
  return (
    <>
      {open ? (
        <Splitter
          label={`${text.dock.resize}: ${text.dock.label}`}
          size="dockHeight"
          min={120}
          max={900}
          grows="after"
        />
      ) : null}
      <section className={open ? 'dock' : 'dock closed'} aria-label={text.dock.label}>
        <div className="dock-tabs">
          <div className="dock-tablist">
            {tabs.map((tab) => (
              <TabButton key={tab.id} tab={tab} active={open && tab.id === active} />
            ))}
          </div>
          <span className="dock-space" />
          <button
            type="button"
            className="icon-button"
            aria-label={text.actions.toggleDock}
            title={`${text.actions.toggleDock} (\`)`}
            onClick={() => dock.toggle()}
          >
            <Icon name={open ? 'chevron' : 'up'} />
          </button>
        </div>
        {tabs.map((tab) => (
          <section
            key={tab.id}
            id={`pane-${tab.id}`}
            aria-label={tabName(tab, text.dock)}
            className="dock-pane"
            hidden={!open || tab.id !== active}
          >
            <Suspense>{tab.kind === 'logs' ? <LogPane tab={tab} /> : <TerminalPane tab={tab} />}</Suspense>
          </section>
        ))}
      </section>
    </>
  )
}

function TabButton({ tab, active }: { tab: DockTab; active: boolean }) {
  const { dock } = useServices()
  const text = useText()
  const name = tabName(tab, text.dock)
  return (
    <div className="dock-tab" data-active={active}>
      <button
        type="button"
        className="dock-tab-name"
        aria-pressed={active}
        aria-controls={`pane-${tab.id}`}
        title={`${tab.cluster} · ${tab.namespace}/${tab.pod} · ${tab.container}`}
        onClick={() => dock.activate(tab.id)}
        onAuxClick={() => dock.close(tab.id)}
      >
        <Icon name={tab.kind === 'logs' ? 'logs' : 'shell'} />
        {tab.pod}
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={text.dock.closeTab(name)}
        onClick={() => dock.close(tab.id)}
      >
        <Icon name="close" />
      </button>
    </div>
  )
}

function tabName(tab: DockTab, text: { logs(pod: string): string; shell(pod: string): string }): string {
  return tab.kind === 'logs' ? text.logs(tab.pod) : text.shell(tab.pod)
}
