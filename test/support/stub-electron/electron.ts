/**
 * The part of Electron that the main process uses, without a display: it takes the place of `electron` where the app
 * runs under plain Node. Windows are pages without pixels whose MessagePort the test holds; the tray is its menu.
 */
import { EventEmitter } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { MenuItemConstructorOptions } from 'electron'
import type { FromApp, ToApp } from './messages.ts'

const tell = (message: FromApp) => void process.send?.(message)

class App extends EventEmitter {
  readonly name = 'Slipway'
  requestSingleInstanceLock = () => true
  whenReady = async () => undefined
  getLocale = () => 'en'
  exit = (code: number) => process.exit(code)

  quit(): void {
    let prevented = false
    this.emit('before-quit', { preventDefault: () => (prevented = true) })
    if (!prevented) process.exit(0)
  }
}
export const app = new App()

export const dialog = {
  showErrorBox: (title: string, text: string) => console.error(title, text),
  showMessageBox: async () => ({ response: 0 }),
}
export const shell = { openExternal: async () => undefined }
export const nativeTheme = { shouldUseDarkColors: false }
export const nativeImage = { createFromPath: (path: string) => path }

/** Electron's port: an event carries `data`, and nothing comes before `start`. */
class PortMain extends EventEmitter {
  readonly port: MessagePort

  constructor(port: MessagePort) {
    super()
    this.port = port
    port.on('close', () => this.emit('close'))
  }
  start(): void {
    this.port.on('message', (data) => this.emit('message', { data }))
  }
  postMessage = (message: unknown) => this.port.postMessage(message)
  close = () => this.port.close()
}

export class MessageChannelMain {
  readonly port1: PortMain
  readonly port2: PortMain

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port1 = new PortMain(port1)
    this.port2 = new PortMain(port2)
  }
}

class WebContents extends EventEmitter {
  readonly ipc = new EventEmitter()
  readonly session = { setPermissionRequestHandler: () => undefined }
  page: PortMain | undefined
  setWindowOpenHandler = () => undefined

  postMessage(_channel: string, _message: unknown, [port]: readonly PortMain[]): void {
    this.page = port
    port?.on('message', ({ data }) => tell({ type: 'page', message: data }))
    port?.start()
  }
}

export class BrowserWindow extends EventEmitter {
  static readonly windows = new Set<BrowserWindow>()
  static getAllWindows = () => [...BrowserWindow.windows]
  readonly webContents = new WebContents()

  constructor() {
    super()
    BrowserWindow.windows.add(this)
    tell({ type: 'windows', count: BrowserWindow.windows.size })
  }
  isDestroyed = () => !BrowserWindow.windows.has(this)
  show = () => undefined
  focus = () => undefined
  getNormalBounds = () => ({ x: 0, y: 0, width: 1280, height: 800 })

  async loadFile(): Promise<void> {
    setImmediate(() => this.webContents.emit('did-finish-load'))
  }
  close(): void {
    this.emit('close')
    this.destroy()
    if (BrowserWindow.windows.size === 0) app.emit('window-all-closed')
  }
  destroy(): void {
    if (!BrowserWindow.windows.delete(this)) return
    this.webContents.page?.close()
    tell({ type: 'windows', count: BrowserWindow.windows.size })
  }
}

type Template = readonly MenuItemConstructorOptions[]

export const Menu = {
  buildFromTemplate: (template: Template) => template,
  setApplicationMenu: () => undefined,
}

let trayMenu: Template = []

export class Tray extends EventEmitter {
  setToolTip = () => undefined
  destroy = () => undefined

  setContextMenu(menu: Template): void {
    trayMenu = menu
    tell({ type: 'tray', labels: menu.flatMap(({ label }) => (label === undefined ? [] : [label])) })
  }
}

function click(menu: Template, [label, ...rest]: readonly string[]): void {
  const item = menu.find((each) => each.label === label)
  if (item === undefined || item.enabled === false) throw new Error(`the tray offers no ${label}`)
  if (rest.length > 0) click(item.submenu as Template, rest)
  else (item.click as () => void)()
}

process.on('message', (message: ToApp) => {
  if (message.type === 'click') click(trayMenu, message.path)
  else if (message.type === 'closeWindow') for (const window of BrowserWindow.windows) window.close()
  else for (const window of BrowserWindow.windows) window.webContents.page?.postMessage(message.message)
})
