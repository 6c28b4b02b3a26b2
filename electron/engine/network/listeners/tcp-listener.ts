import { createServer, type Socket } from 'node:net'
import { type Bind, LOOPBACK } from './loopback-listener.ts'

/** Passes each TCP connection to a port of loopback on. */
export function acceptTcp(accept: (socket: Socket) => void): Bind {
  return (port) =>
    new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true, noDelay: true }, accept)
      server.once('error', reject)
      server.listen({ host: LOOPBACK, port }, () => {
        server.off('error', reject)
        const address = server.address()
        resolve({
          port: typeof address === 'object' && address ? address.port : port,
          dispose: () => void server.close(),
        })
      })
    })
}
