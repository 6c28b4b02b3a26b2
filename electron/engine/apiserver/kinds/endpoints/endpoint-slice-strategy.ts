import { dns1123Label, labelValue, nameIsDNSSubdomain, qualifiedName } from '../../../../../shared/api/names.ts'
import type {
  Endpoint,
  EndpointHints,
  EndpointPort,
  EndpointSlice,
} from '../../../../../shared/api/types/discovery-v1.ts'
import { duplicate, type FieldError, invalid, notSupported, required, tooMany } from '../../machinery/field-error.ts'
import { semanticallyEqual } from '../../registry/json-value.ts'
import { fullDomainErrors } from '../domain-rules.ts'
import { emptyToNull } from '../empty-lists.ts'
import { ipErrors, nonSpecialIPErrors, parseAddress } from '../ip-rules.ts'
import type { KindStrategy } from '../strategy.ts'

const TYPES = ['FQDN', 'IPv4', 'IPv6']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const MAX = { addresses: 100, endpoints: 1000, hints: 8, ports: 20_000, topology: 16 } as const

export const endpointSliceStrategy: KindStrategy<EndpointSlice> = {
  defaults(slice) {
    emptyToNull(slice, 'endpoints')
    emptyToNull(slice, 'ports')
    for (const port of slice.ports ?? []) {
      port.name ??= ''
      port.protocol ??= 'TCP'
    }
  },
  // dropTopologyOnV1: what v1 no longer says is lost once the endpoints are touched.
  prepareCreate: dropTopology,
  prepareUpdate(slice, old) {
    if (semanticallyEqual(slice.endpoints, old.endpoints)) return
    slice.metadata.generation = (old.metadata.generation ?? 0) + 1
    dropTopology(slice)
  },
  validate: (slice) => validate(slice, []),
  validateUpdate(slice, old) {
    const before = (old.endpoints ?? []).flatMap(({ addresses }) => addresses ?? [])
    const errors = validate(slice, before)
    if (slice.addressType === old.addressType) return errors
    return [...errors, invalid('addressType', slice.addressType, 'field is immutable')]
  },
  warnings: ({ addressType }, old) =>
    old === undefined && addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : [],
}

function dropTopology({ endpoints }: EndpointSlice): void {
  for (const endpoint of endpoints ?? []) delete endpoint.deprecatedTopology
}

function validate({ addressType, endpoints, ports }: EndpointSlice, before: readonly string[]): FieldError[] {
  const errors: FieldError[] = []
  if (addressType === '') errors.push(required('addressType'))
  else if (!TYPES.includes(addressType)) errors.push(notSupported('addressType', addressType, TYPES))
  const all = endpoints ?? []
  if (all.length > MAX.endpoints) errors.push(tooMany('endpoints', all.length, MAX.endpoints))
  else {
    for (const [at, endpoint] of all.entries()) {
      const path = `endpoints[${at}]`
      errors.push(...addressErrors(`${path}.addresses`, endpoint.addresses ?? [], { addressType, before }))
      errors.push(...endpointErrors(path, endpoint))
    }
  }
  return [...errors, ...portErrors(ports ?? [])]
}

function addressErrors(
  path: string,
  addresses: readonly string[],
  { addressType, before }: { addressType: string; before: readonly string[] },
): FieldError[] {
  if (addresses.length === 0) return [required(path, 'must contain at least 1 address')]
  const errors = addresses.length > MAX.addresses ? [tooMany(path, addresses.length, MAX.addresses)] : []
  addresses.forEach((address, at) => {
    const own = `${path}[${at}]`
    if (addressType === 'FQDN' && !before.includes(address)) errors.push(...fullDomainErrors(own, address))
    if (addressType !== 'IPv4' && addressType !== 'IPv6') return
    const found = ipErrors(own, address, before)
    errors.push(...found)
    const size = parseAddress(address)?.size
    if (size === undefined || found.length > 0) return
    if ((size === 32) !== (addressType === 'IPv4')) {
      errors.push(invalid(path, address, `must be an ${addressType} address`))
    }
    errors.push(...nonSpecialIPErrors(own, address))
  })
  return errors
}

function endpointErrors(path: string, endpoint: Endpoint): FieldError[] {
  const { nodeName, hostname, deprecatedTopology = {}, hints } = endpoint
  const errors: FieldError[] = []
  if (nodeName !== undefined) {
    errors.push(...nameIsDNSSubdomain(nodeName, false).map((why) => invalid(`${path}.nodeName`, nodeName, why)))
  }
  const topology = `${path}.deprecatedTopology`
  const count = Object.keys(deprecatedTopology).length
  if (count > MAX.topology) errors.push(tooMany(topology, count, MAX.topology))
  for (const [key, value] of Object.entries(deprecatedTopology)) {
    errors.push(...qualifiedName(key).map((why) => invalid(topology, key, why)))
    errors.push(...labelValue(value).map((why) => invalid(`${topology}[${key}]`, value, why)))
  }
  if (hostname !== undefined) {
    errors.push(...dns1123Label(hostname).map((why) => invalid(`${path}.hostname`, hostname, why)))
  }
  return hints ? [...errors, ...hintErrors(`${path}.hints`, hints)] : errors
}

function hintErrors(path: string, { forZones = [], forNodes = [] }: EndpointHints): FieldError[] {
  const named = (field: string, names: readonly string[], rule: (name: string) => string[]) => {
    const own = `${path}.${field}`
    if (names.length > MAX.hints) return [tooMany(own, names.length, MAX.hints)]
    return names.flatMap((name, at) => [
      ...(names.indexOf(name) < at ? [duplicate(`${own}[${at}].name`, name)] : []),
      ...rule(name).map((why) => invalid(`${own}[${at}].name`, name, why)),
    ])
  }
  const namesOf = (list: readonly { name: string }[]) => list.map(({ name }) => name)
  return [
    ...named('forZones', namesOf(forZones), labelValue),
    ...named('forNodes', namesOf(forNodes), (name) => nameIsDNSSubdomain(name, false)),
  ]
}

function portErrors(ports: readonly EndpointPort[]): FieldError[] {
  if (ports.length > MAX.ports) return [tooMany('ports', ports.length, MAX.ports)]
  const names = new Set<string>()
  return ports.flatMap(({ name = '', protocol, appProtocol }, at) => {
    const path = `ports[${at}]`
    const errors = name === '' ? [] : dns1123Label(name).map((why) => invalid(`${path}.name`, name, why))
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name))
    names.add(name)
    if (protocol === undefined) errors.push(required(`${path}.protocol`))
    else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS))
    if (appProtocol !== undefined) {
      errors.push(...qualifiedName(appProtocol).map((why) => invalid(`${path}.appProtocol`, appProtocol, why)))
    }
    return errors
  })
}
