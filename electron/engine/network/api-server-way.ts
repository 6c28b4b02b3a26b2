import { connect, createServer, type Server, type Socket } from 'node:net'
import { type Disposable, toDisposable } from '../../../shared/lang/disposable.ts'

/** Where pods reach the API server: what the `kubernetes` EndpointSlice says. */
export interface ApiServerEndpoint {
  readonly address: string
  readonly port: number
}

/**
 * Listens on the bridge's own address, which only this machine and the cluster's pods can reach, and passes
 * connections to the API server on loopback. Takes the same port where that is free.
 */
export async function listenOnBridge(
  bridgeIP: string,
  localPort: number,
): Promise<{ endpoint: ApiServerEndpoint; listener: Disposable }> {
  const server = await bind(bridgeIP, localPort).catch(() => bind(bridgeIP, 0))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : localPort
  const open = new Set<Socket>()
  server.on('connection', (inbound) => {
    const outbound = connect({ host: '127.0.0.1', port: localPort, noDelay: true, allowHalfOpen: true })
    inbound.setNoDelay(true)
    inbound.pipe(outbound).pipe(inbound)
    inbound.on('error', () => outbound.destroy()).on('close', () => outbound.destroy())
    outbound.on('error', () => inbound.destroy()).on('close', () => inbound.destroy())
    open.add(inbound)
    inbound.once('close', () => open.delete(inbound))
  })
  const listener = toDisposable(() => {
    server.close()
    for (const socket of open) socket.destroy()
  })
  return { endpoint: { address: bridgeIP, port }, listener }
}

function bind(host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true })
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}
