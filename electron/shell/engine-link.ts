import type { ClientMessage, ClientTransport, ServerMessage, ServerTransport } from '../../shared/ipc/protocol.ts'
import type { DataDirectory } from '../engine/installation/data-directory.ts'
import { connectEngineSocket } from '../ipc/engine-socket.ts'

/** The app's way to its engine, wherever that runs. */
export interface EngineLink {
  /** True when the engine runs in this process. */
  readonly inProcess: boolean
  /** Connects one more client: a window, the tray. */
  serve(client: ServerTransport): Promise<void>
  /** Ends the engine when it is this process's own; one that a command line started goes on. */
  close(): Promise<void>
}

/**
 * Attaches to the engine that a command line started, else runs one here. The engine's code is loaded only then: it
 * needs a newer Node than the shell does.
 */
export async function linkEngine(data: DataDirectory): Promise<EngineLink> {
  const running = await connectEngineSocket(data)
  if (running !== undefined) {
    running.close()
    return attachedEngine(data)
  }
  const { startEngineProcess } = await import('../ipc/engine-process.ts')
  const engine = await startEngineProcess(data)
  // Another process took the lock between the two looks: attach to that one.
  if (engine === undefined) return attachedEngine(data)
  return {
    inProcess: true,
    async serve(client) {
      engine.serve(client)
    },
    async close() {
      engine.shutdown()
      await engine.ended
    },
  }
}

function attachedEngine(data: DataDirectory): EngineLink {
  return {
    inProcess: false,
    async serve(client) {
      const engine = await connectEngineSocket(data)
      if (engine === undefined) return client.close()
      pipe(client, engine)
    },
    async close() {},
  }
}

/** Passes messages between a client of this process and the engine's socket. */
function pipe(client: ServerTransport, engine: ClientTransport): void {
  client.onMessage((message: ClientMessage) => engine.send(message))
  engine.onMessage((message: ServerMessage) => client.send(message))
  client.onClose(() => engine.close())
  engine.onClose(() => client.close())
}
