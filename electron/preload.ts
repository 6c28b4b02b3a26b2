import { ipcRenderer } from 'electron'

// The page gets one thing: its MessagePort to the engine, handed over once per load, and another when it asks because
// that one was closed.
ipcRenderer.on('slipway:port', (event) => {
  window.postMessage('slipway:port', '*', event.ports as MessagePort[])
})

window.addEventListener('message', ({ source, data }) => {
  if (source === window && data === 'slipway:connect') ipcRenderer.send('slipway:connect')
})
