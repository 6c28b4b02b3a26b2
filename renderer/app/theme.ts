import type { StoreApi } from 'zustand/vanilla'
import type { Settings } from '../stores/settings-store.ts'

/** Keeps `data-theme` and `lang` of the page as the user and the system want them. */
export function followTheme(settings: StoreApi<Settings>, page: HTMLElement): void {
  const systemDark = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    const { theme, language } = settings.getState()
    const dark = theme === 'dark' || (theme === 'system' && systemDark.matches)
    page.dataset.theme = dark ? 'dark' : 'light'
    page.lang = language
  }
  systemDark.addEventListener('change', apply)
  settings.subscribe(apply)
  apply()
}
