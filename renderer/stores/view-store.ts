import { createStore, type StoreApi } from 'zustand/vanilla'
import { formatView, parseView, type ViewState } from './view-state.ts'

export interface ViewStore {
  readonly store: StoreApi<ViewState>
  /** Goes somewhere; the back button returns. */
  go(change: Partial<ViewState>): void
  /** Changes the present view without a step in the history: filter, sort. */
  adjust(change: Partial<ViewState>): void
}

/** View state in the address of the page. */
export function createViewStore(page: Window): ViewStore {
  const store = createStore<ViewState>(() => parseView(page.location.hash))
  page.addEventListener('popstate', () => store.setState(parseView(page.location.hash), true))
  page.addEventListener('hashchange', () => store.setState(parseView(page.location.hash), true))
  const change = (part: Partial<ViewState>, how: 'pushState' | 'replaceState') => {
    const next = { ...store.getState(), ...part }
    const hash = formatView(next)
    if (hash === page.location.hash) return store.setState(next, true)
    page.history[how](null, '', hash)
    store.setState(next, true)
  }
  return { store, go: (part) => change(part, 'pushState'), adjust: (part) => change(part, 'replaceState') }
}
