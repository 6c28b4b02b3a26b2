import { join } from 'node:path'
import { BrowserWindow, MessageChannelMain, nativeTheme, shell } from 'electron'
import type { ServerTransport } from '../../shared/ipc/protocol.ts'
import { portTransport } from './port-transport.ts'
import { readWindowState, saveWindowState } from './window-state.ts'

export interface MainWindowOptions {
  /** The folder with the bundles: preload.cjs, and the interface in ../renderer. */
  readonly bundles: string
  /** Where size and place are kept. */
  readonly stateFile: string
  /** Gives the window's end of the contract to the engine. */
  connect(transport: ServerTransport): void
}

/**
 * Opens the window: sandboxed, isolated, without Node. It may show only its own page; links go to the browser, and
 * every permission is denied. Each load of the page gets a MessagePort of its own,
 * and another one when that was closed.
 */
export function openMainWindow(options: MainWindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    ...readWindowState(options.stateFile),
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'Slipway',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#14171c' : '#ffffff',
    webPreferences: {
      preload: join(options.bundles, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  restrict(window)
  window.once('ready-to-show', () => window.show())
  window.on('close', () => saveWindowState(options.stateFile, window.getNormalBounds()))
  const connect = () => {
    const { port1, port2 } = new MessageChannelMain()
    options.connect(portTransport(port1))
    window.webContents.postMessage('slipway:port', null, [port2])
  }
  window.webContents.on('did-finish-load', connect)
  window.webContents.ipc.on('slipway:connect', connect)
  void window.loadFile(join(options.bundles, '..', 'renderer', 'index.html'))
  return window
}

function restrict(window: BrowserWindow): void {
  const { webContents } = window
  webContents.on('will-navigate', (event) => event.preventDefault())
  webContents.on('will-attach-webview', (event) => event.preventDefault())
  webContents.session.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(permission === 'clipboard-sanitized-write'),
  )
  webContents.setWindowOpenHandler(({ url }) => {
    if (/^https?:\/\//.test(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
}
