import { ipcRenderer } from 'electron'

// The page gets one thing: its MessagePort to the engine, handed over once per load.
ipcRenderer.on('slipway:port', (event) => {
  window.postMessage('slipway:port', '*', event.ports as MessagePort[])
})
