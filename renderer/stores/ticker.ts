import { createStore, type StoreApi } from 'zustand/vanilla'

/** The present second: every AGE on the page moves with this one timer. */
export function createTicker(): StoreApi<number> {
  const store = createStore<number>(() => Date.now())
  setInterval(() => {
    if (document.visibilityState === 'visible') store.setState(Date.now(), true)
  }, 1_000)
  document.addEventListener('visibilitychange', () => store.setState(Date.now(), true))
  return store
}
