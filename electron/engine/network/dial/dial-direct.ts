import { connect, type Socket } from 'node:net'
import type { DialCluster } from '../cluster-network.ts'

/** Dials over this machine's own network stack: Linux reaches the bridge's addresses itself. */
export const dialDirect: DialCluster = (address, port, signal) =>
  new Promise<Socket>((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const socket = connect({ host: address, port, noDelay: true })
    const abort = () => {
      socket.destroy()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
    socket.once('connect', () => {
      signal?.removeEventListener('abort', abort)
      socket.off('error', reject)
      resolve(socket)
    })
    socket.once('error', reject)
  })
