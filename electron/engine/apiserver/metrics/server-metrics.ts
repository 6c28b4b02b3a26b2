import type { ServerContext } from '../registry/server-context.ts'

/** Requests that were answered, by what Kubernetes' own metric names of them. */
const requests = new WeakMap<ServerContext, Map<string, number>>()

interface CountedRequest {
  readonly verb: string
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  readonly code: number
}

/** Counts one answer under apiserver_request_total. */
export function countRequest(context: ServerContext, request: CountedRequest): void {
  const { verb, group, version, resource, subresource, code } = request
  const labels = `code="${code}",group="${group}",resource="${resource}",subresource="${subresource}",verb="${verb}",version="${version}"`
  let counts = requests.get(context)
  if (counts === undefined) {
    counts = new Map()
    requests.set(context, counts)
  }
  counts.set(labels, (counts.get(labels) ?? 0) + 1)
}

/** The server's metrics in Prometheus' text format. */
export function metricsText(context: ServerContext): string {
  const { store, registry } = context
  const cpu = process.cpuUsage()
  const memory = process.memoryUsage()
  const counts = [...(requests.get(context) ?? new Map<string, number>())].sort(([left], [right]) =>
    left < right ? -1 : 1,
  )
  const stored = [...new Set([...registry.all()].map(({ storageKey }) => storageKey))].sort()
  return [
    metric('apiserver_request_total', 'counter', 'Requests answered, by verb, resource and code.', counts),
    metric(
      'apiserver_storage_objects',
      'gauge',
      'Stored objects by resource.',
      stored.map((resource): Sample => [`resource="${resource}"`, store.count(resource)]),
    ),
    metric('slipway_store_revision', 'gauge', 'The newest durable revision of the store.', [['', store.revision]]),
    metric('slipway_store_oldest_revision', 'gauge', 'Lists and watches reach back to this revision.', [
      ['', store.oldestRevision],
    ]),
    metric('process_cpu_seconds_total', 'counter', 'User and system CPU time of the engine.', [
      ['', (cpu.user + cpu.system) / 1e6],
    ]),
    metric('process_resident_memory_bytes', 'gauge', 'Resident memory of the engine.', [['', memory.rss]]),
    metric('nodejs_heap_size_used_bytes', 'gauge', 'Heap in use.', [['', memory.heapUsed]]),
  ].join('')
}

type Sample = [labels: string, value: number]

function metric(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}
