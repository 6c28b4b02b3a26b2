import { useMemo } from 'react'
import { useStore } from 'zustand'
import { Splitter } from '../ui/splitter.tsx'
import { DetailsPanel } from '../views/details/details-panel.tsx'
import { kindById } from '../views/kinds.ts'
import { ListView } from '../views/list-view.tsx'
import { OverviewPage } from '../views/overview/overview-page.tsx'
import { Actions } from './actions.ts'
import { ActionsProvider } from './actions-context.ts'
import { ClusterGate } from './cluster-gate.tsx'
import { Dock } from './dock.tsx'
import { useCluster, useText, useView } from './hooks.ts'
import { useKeyboard } from './keyboard.ts'
import { Notices } from './notices.tsx'
import { PromptDialog } from './prompt-dialog.tsx'
import { useServices } from './services.ts'
import { Sidebar } from './sidebar.tsx'
import { StatusBar } from './status-bar.tsx'

export function App() {
  const services = useServices()
  const text = useText()
  const actions = useMemo(() => new Actions(services, text), [services, text])
  return (
    <ActionsProvider value={actions}>
      <Window />
    </ActionsProvider>
  )
}

function Window() {
  const { settings } = useServices()
  const { navWidth, dockHeight, detailsWidth } = useStore(settings)
  const text = useText()
  useKeyboard()
  const sizes = { '--nav': `${navWidth}px`, '--dock': `${dockHeight}px`, '--details': `${detailsWidth}px` }
  return (
    <div className="window" style={sizes as React.CSSProperties}>
      <Sidebar />
      <Splitter label={`${text.dock.resize}: ${text.nav.label}`} size="navWidth" min={168} max={360} grows="before" />
      <div className="work">
        <main className="content">
          <ClusterGate>
            <Content />
          </ClusterGate>
        </main>
        <Dock />
      </div>
      <StatusBar />
      <Notices />
      <PromptDialog />
    </div>
  )
}

function Content() {
  const cluster = useCluster()
  const view = useView()
  const text = useText()
  if (cluster === undefined) return null
  const kind = kindById(view.section)
  if (kind === undefined) return <OverviewPage key={cluster.name} cluster={cluster} />
  return (
    <>
      <ListView key={`${cluster.name}/${kind.id}`} cluster={cluster} kind={kind} />
      {view.selected === undefined ? null : (
        <>
          <Splitter
            label={`${text.dock.resize}: ${text.details.label}`}
            size="detailsWidth"
            min={320}
            max={900}
            grows="after"
          />
          <DetailsPanel key={view.selected} cluster={cluster} kind={kind} objectKey={view.selected} />
        </>
      )}
    </>
  )
}
