import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron'
import type { ClusterSummary } from '../../shared/ipc/contract.ts'
import type { Disposable } from '../../shared/lang/disposable.ts'
import { type ShellText, shellText } from './shell-text.ts'

export interface TrayActions {
  open(cluster?: string): void
  start(cluster: string): void
  stop(cluster: string): void
  create(): void
  quit(): void
}

export interface AppTray extends Disposable {
  show(clusters: readonly ClusterSummary[]): void
}

/** The tray icon: every cluster with its state and what can be done with it. */
export function createTray(icon: string, locale: string, actions: TrayActions): AppTray {
  const text = shellText(locale)
  const tray = new Tray(nativeImage.createFromPath(icon))
  tray.setToolTip('Slipway')
  tray.on('click', () => actions.open())
  const show = (clusters: readonly ClusterSummary[]) =>
    tray.setContextMenu(Menu.buildFromTemplate(trayMenu(clusters, text, actions)))
  show([])
  return { show, dispose: () => tray.destroy() }
}

/** The tray's menu as a template. Pure but for the actions it holds. */
export function trayMenu(
  clusters: readonly ClusterSummary[],
  text: ShellText,
  actions: TrayActions,
): MenuItemConstructorOptions[] {
  const items = clusters.map((cluster): MenuItemConstructorOptions => {
    const runs = cluster.phase === 'running' || cluster.phase === 'paused'
    const busy = cluster.phase === 'starting' || cluster.phase === 'stopping'
    return {
      label: `${cluster.name} (${text.phases[cluster.phase]})`,
      submenu: [
        { label: text.open, enabled: runs, click: () => actions.open(cluster.name) },
        { label: text.start, enabled: !runs && !busy, click: () => actions.start(cluster.name) },
        { label: text.stop, enabled: runs, click: () => actions.stop(cluster.name) },
      ],
    }
  })
  const create = clusters.length === 0 ? [{ label: text.create, click: () => actions.create() }] : []
  return [
    { label: text.openWindow, click: () => actions.open() },
    { type: 'separator' },
    ...items,
    ...create,
    { type: 'separator' },
    { label: text.quit, click: () => actions.quit() },
  ]
}
