import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { newBadRequest, newServiceUnavailable } from '../machinery/api-errors.ts'
import type { PodLogOptions, PodStreams } from '../pod-streams.ts'
import { podContainer } from '../streams/pod-container.ts'
import type { Exchange } from './exchange.ts'

/** GET pods/log: the kubelet's bytes as they come. */
export async function answerLog(exchange: Exchange, pod: Pod, streams: PodStreams | undefined): Promise<void> {
  const { query, response } = exchange
  const container = podContainer(pod, query.get('container') ?? '')
  if (streams === undefined) throw newServiceUnavailable('the kubelet is not ready yet')
  const { namespace = '', name = '' } = pod.metadata
  if (!pod.spec?.nodeName) {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.end()
    return
  }
  const aborted = new AbortController()
  response.on('close', () => aborted.abort())
  const bytes = await streams.logs({ namespace, pod: name, container }, logOptions(query), aborted.signal)
  response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' })
  response.flushHeaders()
  bytes.on('error', () => response.destroy())
  bytes.pipe(response)
}

function logOptions(query: URLSearchParams): PodLogOptions {
  const flag = (name: string) => query.has(name) && query.get(name) !== 'false' && query.get(name) !== '0'
  const number = (name: string) => {
    const text = query.get(name)
    if (!text) return undefined
    if (!/^-?\d+$/.test(text)) throw newBadRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
    return Number(text)
  }
  return {
    follow: flag('follow'),
    previous: flag('previous'),
    timestamps: flag('timestamps'),
    sinceSeconds: number('sinceSeconds'),
    sinceTime: query.get('sinceTime') ?? undefined,
    tailLines: number('tailLines'),
    limitBytes: number('limitBytes'),
    stream: (query.get('stream') || 'All') as PodLogOptions['stream'],
  }
}
