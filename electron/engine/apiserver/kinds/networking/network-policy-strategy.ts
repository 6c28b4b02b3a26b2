import { portNumber } from '../../../../../shared/api/names.ts'
import type {
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '../../../../../shared/api/types/networking-v1.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { checkLabelSelector } from '../checks.ts'
import { cidrErrors, contains, parseRange } from '../ip-rules.ts'
import { portNumberOrNameErrors } from '../service/validate-service-ports.ts'
import type { KindStrategy } from '../strategy.ts'

const PROTOCOLS = ['TCP', 'UDP', 'SCTP']
const TYPES = ['Ingress', 'Egress']

export const networkPolicyStrategy: KindStrategy<NetworkPolicy> = {
  defaults({ spec }) {
    if (!spec) return
    for (const { ports } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
      for (const port of ports ?? []) port.protocol ??= 'TCP'
    }
    if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress']
  },
  validate: (policy) => validate(policy, []),
  validateUpdate: (policy, old) => validate(policy, rangesOf(old)),
}

function rangesOf({ spec }: NetworkPolicy): string[] {
  const peers = [
    ...(spec?.ingress ?? []).flatMap(({ from }) => from ?? []),
    ...(spec?.egress ?? []).flatMap(({ to }) => to ?? []),
  ]
  return peers.flatMap(({ ipBlock }) => (ipBlock ? [ipBlock.cidr, ...(ipBlock.except ?? [])] : []))
}

function validate({ spec }: NetworkPolicy, before: readonly string[]): FieldError[] {
  if (!spec) return []
  const errors: FieldError[] = []
  checkLabelSelector(errors, 'spec.podSelector', spec.podSelector)
  const rule = (
    path: string,
    ports: readonly NetworkPolicyPort[] = [],
    name = '',
    peers: readonly NetworkPolicyPeer[] = [],
  ) => {
    errors.push(...ports.flatMap((port, at) => portErrors(`${path}.ports[${at}]`, port)))
    errors.push(...peers.flatMap((peer, at) => peerErrors(`${path}.${name}[${at}]`, peer, before)))
  }
  spec.ingress?.forEach(({ ports, from }, at) => {
    rule(`spec.ingress[${at}]`, ports, 'from', from)
  })
  spec.egress?.forEach(({ ports, to }, at) => {
    rule(`spec.egress[${at}]`, ports, 'to', to)
  })
  return [...errors, ...typeErrors(spec.policyTypes ?? [])]
}

function typeErrors(types: readonly string[]): FieldError[] {
  const path = 'spec.policyTypes'
  if (types.length > TYPES.length) return [invalid(path, types, 'may not specify more than two policyTypes')]
  return types.flatMap((type, at) => (TYPES.includes(type) ? [] : [notSupported(`${path}[${at}]`, type, TYPES)]))
}

function portErrors(path: string, { protocol, port, endPort }: NetworkPolicyPort): FieldError[] {
  const errors: FieldError[] = []
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) {
    errors.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS))
  }
  if (port !== undefined) errors.push(...portNumberOrNameErrors(`${path}.port`, port))
  if (endPort === undefined) return errors
  const end = (why: string) => errors.push(invalid(`${path}.endPort`, endPort, why))
  if (port === undefined) end('may not be specified when `port` is not specified')
  else if (typeof port === 'string') end('may not be specified when `port` is non-numeric')
  else if (endPort < port) errors.push(invalid(`${path}.endPort`, port, 'must be greater than or equal to `port`'))
  if (port === undefined || typeof port === 'string') return errors
  for (const why of portNumber(endPort)) end(why)
  return errors
}

function peerErrors(path: string, peer: NetworkPolicyPeer, before: readonly string[]): FieldError[] {
  const { podSelector, namespaceSelector, ipBlock } = peer
  const errors: FieldError[] = []
  checkLabelSelector(errors, `${path}.podSelector`, podSelector)
  checkLabelSelector(errors, `${path}.namespaceSelector`, namespaceSelector)
  if (ipBlock) errors.push(...blockErrors(`${path}.ipBlock`, ipBlock, before))
  if (!podSelector && !namespaceSelector && !ipBlock) errors.push(required(path, 'must specify a peer'))
  else if (ipBlock && (podSelector || namespaceSelector)) {
    errors.push(forbidden(path, 'may not specify both ipBlock and another peer'))
  }
  return errors
}

function blockErrors(path: string, { cidr, except = [] }: IPBlock, before: readonly string[]): FieldError[] {
  if (cidr === '') return [required(`${path}.cidr`)]
  const errors = cidrErrors(`${path}.cidr`, cidr, before)
  const outer = parseRange(cidr)
  if (!outer) return errors
  except.forEach((range, at) => {
    const own = `${path}.except[${at}]`
    errors.push(...cidrErrors(own, range, before))
    const inner = parseRange(range)
    if (!inner || (contains(outer, inner) && inner.prefix > outer.prefix)) return
    errors.push(invalid(own, range, 'must be a strict subset of `cidr`'))
  })
  return errors
}
