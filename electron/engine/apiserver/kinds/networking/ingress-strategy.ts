import {
  dns1123Label,
  dns1123Subdomain,
  nameIsDNSSubdomain,
  portName,
  portNumber,
  wildcardDNS1123Subdomain,
} from '../../../../../shared/api/names.ts'
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressRule,
  IngressTLS,
} from '../../../../../shared/api/types/networking-v1.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { ipErrors, parseAddress } from '../ip-rules.ts'
import { hostnameErrors } from '../service/validate-load-balancer.ts'
import type { KindStrategy } from '../strategy.ts'
import { typedReferenceErrors } from './ingress-class-strategy.ts'

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix']
/** What no absolute path may contain, and what it may not end with. */
const BAD_PARTS = ['//', '/./', '/../', '%2f', '%2F']
const BAD_ENDS = ['/..', '/.']

export const ingressStrategy: KindStrategy<Ingress> = {
  validate(ingress) {
    const errors = validate(ingress)
    if (ingress.metadata.annotations?.[CLASS_ANNOTATION] === undefined) return errors
    if (ingress.spec?.ingressClassName === undefined) return errors
    const why = 'can not be set when the class field is also set'
    const path = 'metadata.annotations.kubernetes.io/ingress.class'
    return [...errors, invalid(path, ingress.metadata.annotations[CLASS_ANNOTATION], why)]
  },
  validateUpdate: (ingress, _old, _context, subresource) =>
    subresource === 'status' ? statusErrors(ingress) : validate(ingress),
  warnings({ metadata }, old) {
    if (old !== undefined || metadata.annotations?.[CLASS_ANNOTATION] === undefined) return []
    return [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`]
  },
}

function validate({ spec = {} }: Ingress): FieldError[] {
  const { rules = [], defaultBackend, ingressClassName, tls = [] } = spec
  const errors: FieldError[] = []
  if (rules.length === 0 && !defaultBackend) {
    errors.push(invalid('spec', null, 'either `defaultBackend` or `rules` must be specified'))
  }
  if (defaultBackend) errors.push(...backendErrors('spec.defaultBackend', defaultBackend))
  errors.push(...rules.flatMap((rule, at) => ruleErrors(`spec.rules[${at}]`, rule)))
  errors.push(...tls.flatMap((entry, at) => tlsErrors(`spec.tls[${at}]`, entry)))
  if (ingressClassName !== undefined) {
    const messages = nameIsDNSSubdomain(ingressClassName, false)
    errors.push(...messages.map((why) => invalid('spec.ingressClassName', ingressClassName, why)))
  }
  return errors
}

function tlsErrors(path: string, { hosts = [], secretName = '' }: IngressTLS): FieldError[] {
  const errors = hosts.flatMap((host, at) => {
    const rule = host.includes('*') ? wildcardDNS1123Subdomain : dns1123Subdomain
    return rule(host).map((why) => invalid(`${path}.hosts[${at}]`, host, why))
  })
  if (secretName === '') return errors
  const messages = nameIsDNSSubdomain(secretName, false)
  return [...errors, ...messages.map((why) => invalid(`${path}.secretName`, secretName, why))]
}

function ruleErrors(path: string, { host = '', http }: IngressRule): FieldError[] {
  const errors: FieldError[] = []
  if (host !== '') {
    const own = `${path}.host`
    if (parseAddress(host)) errors.push(invalid(own, host, 'must be a DNS name, not an IP address'))
    const rule = host.includes('*') ? wildcardDNS1123Subdomain : dns1123Subdomain
    errors.push(...rule(host).map((why) => invalid(own, host, why)))
  }
  if (!http) return errors
  const paths = http.paths ?? []
  if (paths.length === 0) errors.push(required(`${path}.http.paths`))
  return [...errors, ...paths.flatMap((entry, at) => pathErrors(`${path}.http.paths[${at}]`, entry))]
}

function pathErrors(at: string, { path = '', pathType, backend }: HTTPIngressPath): FieldError[] {
  const errors: FieldError[] = []
  const own = `${at}.path`
  const wrong = (why: string) => errors.push(invalid(own, path, why))
  // Without a type nothing else is asked.
  if (pathType === undefined || pathType === null) return [required(`${at}.pathType`, 'pathType must be specified')]
  if (!PATH_TYPES.includes(pathType)) errors.push(notSupported(`${at}.pathType`, pathType, PATH_TYPES))
  else if (pathType !== 'ImplementationSpecific') {
    if (!path.startsWith('/')) wrong('must be an absolute path')
    for (const part of path === '' ? [] : BAD_PARTS) if (path.includes(part)) wrong(`must not contain '${part}'`)
    for (const end of path === '' ? [] : BAD_ENDS) if (path.endsWith(end)) wrong(`cannot end with '${end}'`)
  } else if (path !== '' && !path.startsWith('/')) wrong('must be an absolute path')
  return [...errors, ...backendErrors(`${at}.backend`, backend)]
}

function backendErrors(path: string, { service, resource }: IngressBackend): FieldError[] {
  const errors: FieldError[] = []
  if (resource && service) return [invalid(path, '', 'cannot set both resource and service backends')]
  if (resource) return typedReferenceErrors(`${path}.resource`, resource)
  if (!service) return [invalid(path, '', 'resource or service backend is required')]
  const { name, port = {} } = service
  const own = `${path}.service`
  if (name === '') errors.push(required(`${own}.name`))
  else errors.push(...dns1123Label(name).map((why) => invalid(`${own}.name`, name, why)))
  const hasName = !!port.name
  const hasNumber = !!port.number
  if (hasName && hasNumber) errors.push(invalid(path, '', 'cannot set both port name & port number'))
  else if (hasName)
    errors.push(...portName(port.name as string).map((why) => invalid(`${own}.port.name`, port.name, why)))
  else if (hasNumber) {
    errors.push(...portNumber(port.number as number).map((why) => invalid(`${own}.port.number`, port.number, why)))
  } else errors.push(required(path, 'port name or number is required'))
  return errors
}

function statusErrors({ status }: Ingress): FieldError[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip = '', hostname = '', ports = [] }, at) => {
    const path = `status.loadBalancer.ingress[${at}]`
    const errors = ip === '' ? [] : ipErrors(`${path}.ip`, ip)
    if (ports.some(({ error }) => error === '')) errors.push(forbidden(`${path}.ports`, 'must not be empty'))
    return [...errors, ...hostnameErrors(`${path}.hostname`, hostname)]
  })
}
