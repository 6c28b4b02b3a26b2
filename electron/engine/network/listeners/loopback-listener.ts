import { createServer, type Server, type Socket } from 'node:net'
import type { Disposable } from '../../../../shared/lang/disposable.ts'

const LOOPBACK = '127.0.0.1'

/** A TCP listener on loopback. Disposing stops listening; connections that are open go on until they end. */
export interface LoopbackListener extends Disposable {
  readonly port: number
  /** The wanted port was not to be had (taken, or not allowed to this user) and another was chosen. */
  readonly refusal: string | undefined
}

export async function listenOnLoopback(port: number, accept: (socket: Socket) => void): Promise<LoopbackListener> {
  try {
    return opened(await bind(port, accept), undefined)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    return opened(await bind(0, accept), code === 'EACCES' ? 'not allowed to this user' : 'taken by another program')
  }
}

function opened(server: Server, refusal: string | undefined): LoopbackListener {
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    refusal,
    dispose: () => void server.close(),
  }
}

function bind(port: number, accept: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, accept)
    server.once('error', reject)
    server.listen({ host: LOOPBACK, port }, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}
