import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { app, BrowserWindow, dialog } from 'electron'
import { memoryTransportPair } from '../../shared/ipc/memory-transport.ts'
import { RpcClient } from '../../shared/ipc/rpc-client.ts'
import { type DataDirectory, defaultDataPath, openDataDirectory } from '../engine/installation/data-directory.ts'
import { connectEngineSocket, ProtocolMismatch } from '../ipc/engine-socket.ts'
import { setAppMenu } from './app-menu.ts'
import { type EngineLink, linkEngine } from './engine-link.ts'
import { openMainWindow } from './main-window.ts'
import { shellText } from './shell-text.ts'
import { type AppTray, createTray } from './tray.ts'

const DEFAULT_CLUSTER = 'dev'
const RESTART_POLL_MS = 200

/**
 * The app: one instance, an engine (its own or one that runs already), a tray icon that stays, and a window.
 * `--hidden` starts it in the tray only. Quitting leaves every pod running.
 */
export async function runApp(bundles: string, options: { hidden: boolean }): Promise<void> {
  const data = openDataDirectory(defaultDataPath())
  await app.whenReady()
  const link = await linkOrRestart(data)
  if (link === undefined) return app.exit(0)
  const rpc = await trayClient(link)
  let window: BrowserWindow | undefined

  const open = () => {
    if (window === undefined || window.isDestroyed()) {
      window = openMainWindow({
        bundles,
        stateFile: join(data.path, 'window.json'),
        connect: (transport) => void link.serve(transport),
      })
    }
    window.show()
    window.focus()
  }
  const tray = createTray(join(bundles, 'tray.png'), app.getLocale(), {
    open,
    start: (name) => void rpc.call('clusters.up', { name }).catch(() => open()),
    stop: (cluster) => void rpc.call('clusters.down', { cluster }).catch(() => open()),
    create: () => void rpc.call('clusters.up', { name: DEFAULT_CLUSTER }).catch(() => open()),
    quit: () => app.quit(),
  })
  rpc.stream('clusters.watch', undefined, { onItems: (lists) => tray.show(lists.at(-1) ?? []) })
  setAppMenu(open)
  app.on('second-instance', open)
  app.on('activate', open)
  // The tray keeps the app: closing the window only hides it away.
  app.on('window-all-closed', () => undefined)
  endWithApp(link, rpc, tray)
  if (!options.hidden) open()
}

/** Links to the engine; one of another protocol is restarted when the user agrees. Undefined: the user would rather not. */
async function linkOrRestart(data: DataDirectory): Promise<EngineLink | undefined> {
  try {
    return await linkEngine(data)
  } catch (error) {
    if (!(error instanceof ProtocolMismatch)) throw error
    const text = shellText(app.getLocale()).restartEngine
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: text.question,
      detail: `${error.message}.`,
      buttons: [text.restart, text.quit],
      cancelId: 1,
    })
    if (response !== 0) return undefined
    process.kill(error.engine.pid, 'SIGTERM')
    await engineGone(data)
    return linkEngine(data)
  }
}

async function engineGone(data: DataDirectory): Promise<void> {
  const stillThere = () =>
    connectEngineSocket(data).then(
      (transport) => transport !== undefined,
      () => true,
    )
  while (await stillThere()) await delay(RESTART_POLL_MS)
}

async function trayClient(link: EngineLink): Promise<RpcClient> {
  const { client, server } = memoryTransportPair()
  await link.serve(server)
  return new RpcClient(client)
}

/** Lets the engine end in order before the process does. */
function endWithApp(link: EngineLink, rpc: RpcClient, tray: AppTray): void {
  let ended = false
  app.on('before-quit', (event) => {
    if (ended) return
    event.preventDefault()
    tray.dispose()
    for (const window of BrowserWindow.getAllWindows()) window.destroy()
    rpc.close()
    void link.close().finally(() => {
      ended = true
      app.quit()
    })
  })
}
