import { dns1123Label, nameIsDNSSubdomain, portNumber, qualifiedName } from '../../../../../shared/api/names.ts'
import type {
  EndpointAddress,
  EndpointPort,
  EndpointSubset,
  Endpoints,
} from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { ipErrors, nonSpecialIPErrors } from '../ip-rules.ts'
import type { KindStrategy } from '../strategy.ts'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

export const endpointsStrategy: KindStrategy<Endpoints> = {
  createOnUpdate: true,
  defaults({ subsets }) {
    for (const { ports } of subsets ?? []) for (const port of ports ?? []) port.protocol ||= 'TCP'
  },
  validate: (endpoints) => validate(endpoints, []),
  validateUpdate: (endpoints, old) => validate(endpoints, (old.subsets ?? []).flatMap(addressesOf)),
}

function addressesOf({ addresses = [], notReadyAddresses = [] }: EndpointSubset): string[] {
  return [...addresses, ...notReadyAddresses].map(({ ip }) => ip)
}

function validate({ subsets }: Endpoints, before: readonly string[]): FieldError[] {
  return (subsets ?? []).flatMap((subset, at) => {
    const path = `subsets[${at}]`
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset
    const isEmpty = addresses.length + notReadyAddresses.length === 0
    const of = (field: string, list: readonly EndpointAddress[]) =>
      list.flatMap((address, position) => addressErrors(`${path}.${field}[${position}]`, address, before))
    return [
      ...(isEmpty ? [required(path, 'must specify `addresses` or `notReadyAddresses`')] : []),
      ...of('addresses', addresses),
      ...of('notReadyAddresses', notReadyAddresses),
      ...ports.flatMap((port, position) => portErrors(`${path}.ports[${position}]`, port, ports.length > 1)),
    ]
  })
}

function addressErrors(path: string, address: EndpointAddress, before: readonly string[]): FieldError[] {
  const { ip, hostname = '', nodeName } = address
  const errors = ipErrors(`${path}.ip`, ip, before)
  if (hostname !== '') errors.push(...dns1123Label(hostname).map((why) => invalid(`${path}.hostname`, hostname, why)))
  if (nodeName !== undefined) {
    errors.push(...nameIsDNSSubdomain(nodeName, false).map((why) => invalid(`${path}.nodeName`, nodeName, why)))
  }
  return [...errors, ...nonSpecialIPErrors(`${path}.ip`, ip)]
}

function portErrors(
  path: string,
  { name = '', port, protocol = '', appProtocol }: EndpointPort,
  needsName: boolean,
): FieldError[] {
  const errors: FieldError[] = []
  if (name !== '') errors.push(...dns1123Label(name).map((why) => invalid(`${path}.name`, name, why)))
  else if (needsName) errors.push(required(`${path}.name`))
  errors.push(...portNumber(port).map((why) => invalid(`${path}.port`, port, why)))
  if (protocol === '') errors.push(required(`${path}.protocol`))
  else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS))
  if (appProtocol !== undefined) {
    errors.push(...qualifiedName(appProtocol).map((why) => invalid(`${path}.appProtocol`, appProtocol, why)))
  }
  return errors
}
