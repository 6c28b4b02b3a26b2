import type { DialCluster } from '../cluster-network.ts'

/** Whether dialling this address reaches the gateway of this very cluster, and not another network of the same range. */
export async function reachesCluster(
  dial: DialCluster,
  target: { readonly address: string; readonly port: number; readonly clusterUid: string },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const stream = await dial(target.address, target.port, signal)
    const abort = () => stream.destroy()
    signal.addEventListener('abort', abort, { once: true })
    let answer = ''
    try {
      for await (const chunk of stream) answer += String(chunk)
    } finally {
      signal.removeEventListener('abort', abort)
      stream.destroy()
    }
    return answer.trim() === `slipway ${target.clusterUid}`
  } catch {
    // Whatever the failure, the answer is no: the caller goes the other way.
    return false
  }
}
