import type { ClientMessage, ClientTransport, ServerMessage } from '../../shared/ipc/protocol.ts'

/** In a browser: a WebSocket to the server that the page came from. */
export function webSocketTransport(address: string): Promise<ClientTransport> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address)
    socket.addEventListener('error', () => reject(new Error('the engine does not answer')))
    socket.addEventListener('open', () =>
      resolve({
        send: (message: ClientMessage) => socket.send(JSON.stringify(message)),
        onMessage: (listener) =>
          socket.addEventListener('message', (event) => listener(JSON.parse(event.data as string) as ServerMessage)),
        onClose: (listener) => socket.addEventListener('close', listener),
        close: () => socket.close(),
      }),
    )
  })
}

/** In the app's window: ports come from the preload, the first by itself, others when asked for. */
export class PortSource {
  readonly #ports: MessagePort[] = []
  #waiting: ((port: MessagePort) => void)[] = []
  #asked = true

  constructor() {
    window.addEventListener('message', (event) => {
      const [port] = event.ports
      if (event.source !== window || event.data !== 'slipway:port' || port === undefined) return
      this.#ports.push(port)
      for (const take of this.#waiting.splice(0)) take(port)
    })
  }

  async next(): Promise<ClientTransport> {
    const port = this.#ports.pop() ?? (await this.#ask())
    this.#asked = false
    return portTransport(port)
  }

  #ask(): Promise<MessagePort> {
    if (!this.#asked) window.postMessage('slipway:connect', '*')
    this.#asked = true
    return new Promise((resolve) => {
      this.#waiting = [
        (port) => {
          this.#ports.splice(this.#ports.indexOf(port), 1)
          resolve(port)
        },
      ]
    })
  }
}

function portTransport(port: MessagePort): ClientTransport {
  return {
    send: (message) => port.postMessage(message),
    onMessage(listener) {
      port.addEventListener('message', (event) => listener(event.data as ServerMessage))
      port.start()
    },
    onClose: (listener) => port.addEventListener('close', listener),
    close: () => port.close(),
  }
}
