import { createStore, type StoreApi } from 'zustand/vanilla'

export interface DockTab {
  readonly id: string
  readonly kind: 'logs' | 'terminal'
  readonly cluster: string
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

export interface DockState {
  readonly tabs: readonly DockTab[]
  readonly active: string | undefined
  readonly open: boolean
}

/** The dock's tabs: log tails and terminals. They live as long as the window does. */
export class DockStore {
  readonly store: StoreApi<DockState> = createStore<DockState>(() => ({ tabs: [], active: undefined, open: false }))
  #lastTerminal = 0

  /** Shows the log of a container; one tab per container. */
  openLogs(target: Omit<DockTab, 'id' | 'kind'>): void {
    const id = `logs:${target.cluster}/${target.namespace}/${target.pod}/${target.container}`
    this.#show({ ...target, id, kind: 'logs' })
  }

  /** Opens one more shell. */
  openTerminal(target: Omit<DockTab, 'id' | 'kind'>): void {
    this.#lastTerminal += 1
    this.#show({ ...target, id: `terminal:${this.#lastTerminal}`, kind: 'terminal' })
  }

  /** The same tab for another container of its pod. */
  switchContainer(id: string, container: string): void {
    const tab = this.store.getState().tabs.find((one) => one.id === id)
    if (tab === undefined) return
    this.close(id)
    if (tab.kind === 'logs') this.openLogs({ ...tab, container })
    else this.openTerminal({ ...tab, container })
  }

  activate(id: string): void {
    this.store.setState({ active: id, open: true })
  }

  close(id: string): void {
    const { tabs, active, open } = this.store.getState()
    const index = tabs.findIndex((tab) => tab.id === id)
    const rest = tabs.filter((tab) => tab.id !== id)
    const next = active === id ? (rest[Math.min(index, rest.length - 1)]?.id ?? undefined) : active
    this.store.setState({ tabs: rest, active: next, open: open && rest.length > 0 })
  }

  toggle(): void {
    const { open, tabs } = this.store.getState()
    this.store.setState({ open: !open && tabs.length > 0 })
  }

  #show(tab: DockTab): void {
    const { tabs } = this.store.getState()
    const known = tabs.some(({ id }) => id === tab.id)
    this.store.setState({ tabs: known ? tabs : [...tabs, tab], active: tab.id, open: true })
  }
}
