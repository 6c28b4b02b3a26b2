import { ApiError } from '../../../../shared/api/status.ts'

/** How the answer is to be written. */
export interface Accepted {
  readonly format: 'json' | 'yaml' | 'protobuf'
  /** meta.k8s.io/v1 transformations of objects. */
  readonly as?: 'Table' | 'PartialObjectMetadata' | undefined
  readonly pretty: boolean
  readonly stream: boolean
  /** Parameters of the accepted media type, for discovery. */
  readonly parameters: ReadonlyMap<string, string>
}

const FORMATS: Readonly<Record<string, Accepted['format']>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
}

const NONE = new Map<string, string>()
const JSON_ONLY: Accepted = { format: 'json', pretty: false, stream: false, parameters: NONE }
const cache = new Map<string, Accepted>([
  ['', JSON_ONLY],
  ['*/*', JSON_ONLY],
  ['application/json', JSON_ONLY],
])
const CACHED_HEADERS = 200

export interface NegotiateOptions {
  /** Table and PartialObjectMetadata may be asked for. */
  readonly transforms: boolean
  /** Aggregated discovery documents may be asked for. */
  readonly discovery?: boolean
}

function isDiscovery(parameters: ReadonlyMap<string, string>): boolean {
  const wanted = parameters.get('as') === 'APIGroupDiscoveryList' && parameters.get('g') === 'apidiscovery.k8s.io'
  return wanted && parameters.get('v') === 'v2'
}

interface Clause {
  readonly type: string
  readonly quality: number
  readonly parameters: ReadonlyMap<string, string>
}

/**
 * negotiation.NegotiateMediaTypeOptions: the first acceptable clause by quality wins; Table and PartialObjectMetadata
 * are transformations that `transforms` allows. Throws 406.
 */
export function negotiate(header: string | undefined, options: NegotiateOptions): Accepted {
  const key = (options.discovery ? '#' : options.transforms ? '' : '!') + (header ?? '')
  const known = cache.get(key)
  if (known) return known
  const accepted = choose(header ?? '', options)
  if (cache.size < CACHED_HEADERS) cache.set(key, accepted)
  return accepted
}

function choose(header: string, options: NegotiateOptions): Accepted {
  const clauses = header.split(',').map(parseClause)
  clauses.sort((left, right) => right.quality - left.quality)
  if (header === '') return JSON_ONLY
  for (const { type, parameters } of clauses) {
    const format = type === '*/*' || type === 'application/*' ? 'json' : FORMATS[type]
    if (format === undefined) continue
    const as = options.discovery ? undefined : transformation(parameters)
    if (as === 'unknown' || (as !== undefined && !options.transforms)) continue
    if (options.discovery && parameters.has('as') && !isDiscovery(parameters)) continue
    const stream = parameters.get('stream') === 'watch'
    return { format, as, pretty: parameters.get('pretty') === '1', stream, parameters }
  }
  throw notAcceptable()
}

function transformation(parameters: ReadonlyMap<string, string>): Accepted['as'] | 'unknown' {
  const as = parameters.get('as')
  if (as === undefined) return undefined
  if (parameters.get('g') !== 'meta.k8s.io' || parameters.get('v') !== 'v1') return 'unknown'
  if (as === 'Table') return 'Table'
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList' ? 'PartialObjectMetadata' : 'unknown'
}

function parseClause(clause: string): Clause {
  const [type = '', ...rest] = clause.split(';').map((part) => part.trim())
  const parameters = new Map<string, string>()
  for (const part of rest) {
    const equals = part.indexOf('=')
    if (equals > 0) parameters.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim())
  }
  return { type, quality: Number(parameters.get('q') ?? 1), parameters }
}

function notAcceptable(): ApiError {
  return new ApiError(
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  )
}
