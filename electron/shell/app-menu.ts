import { app, Menu, type MenuItemConstructorOptions } from 'electron'

/** The standard menus, so that copy, paste, zoom and full screen work where people look for them. */
export function setAppMenu(openWindow: () => void): void {
  const ownMenu: MenuItemConstructorOptions[] = process.platform === 'darwin' ? [{ role: 'appMenu' }] : []
  const template: MenuItemConstructorOptions[] = [
    ...ownMenu,
    {
      role: 'fileMenu',
      submenu: [{ label: app.name, accelerator: 'CmdOrCtrl+N', click: openWindow }, { role: 'close' }],
    },
    { role: 'editMenu' },
    { role: 'viewMenu' },
    { role: 'windowMenu' },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
