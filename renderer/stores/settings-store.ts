import { createStore, type StoreApi } from 'zustand/vanilla'

export type Theme = 'system' | 'light' | 'dark'
export type Language = 'en' | 'ko'

export interface Settings {
  readonly theme: Theme
  readonly language: Language
  readonly navWidth: number
  readonly detailsWidth: number
  readonly dockHeight: number
}

const KEY = 'slipway-settings'

/** What this user likes, kept in the browser's storage: never anything that belongs to a cluster. */
export function createSettingsStore(storage: Storage, language: string): StoreApi<Settings> {
  const defaults: Settings = {
    theme: 'system',
    language: language.toLowerCase().startsWith('ko') ? 'ko' : 'en',
    navWidth: 216,
    detailsWidth: 460,
    dockHeight: 300,
  }
  const store = createStore<Settings>(() => ({ ...defaults, ...read(storage) }))
  store.subscribe((settings) => storage.setItem(KEY, JSON.stringify(settings)))
  return store
}

function read(storage: Storage): Partial<Settings> {
  try {
    return JSON.parse(storage.getItem(KEY) ?? '{}') as Partial<Settings>
  } catch {
    // Damaged settings are worth no more than the defaults.
    return {}
  }
}
