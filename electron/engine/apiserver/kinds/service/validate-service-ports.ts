import { dns1123Label, portName, portNumber, qualifiedName } from '../../../../../shared/api/names.ts'
import type { ServicePort, ServiceSpec } from '../../../../../shared/api/types/core-v1.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { printInternal } from '../internal-form.ts'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

export function validatePorts({ type, ports = [] }: ServiceSpec): FieldError[] {
  const names = new Set<string>()
  const needsName = ports.length > 1
  const errors = ports.flatMap((port, at) => portErrors(`spec.ports[${at}]`, port, { needsName, names }))
  if (type === 'ClusterIP') {
    ports.forEach(({ nodePort }, at) => {
      if (nodePort) errors.push(forbidden(`spec.ports[${at}].nodePort`, "may not be used when `type` is 'ClusterIP'"))
    })
  }
  return [...errors, ...repeatedPorts(ports)]
}

function portErrors(
  path: string,
  port: ServicePort,
  { needsName, names }: { needsName: boolean; names: Set<string> },
): FieldError[] {
  const { name = '', protocol = '', appProtocol } = port
  const errors: FieldError[] = []
  if (name !== '') {
    errors.push(...dns1123Label(name).map((why) => invalid(`${path}.name`, name, why)))
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name))
    names.add(name)
  } else if (needsName) errors.push(required(`${path}.name`))
  errors.push(...portNumber(port.port).map((why) => invalid(`${path}.port`, port.port, why)))
  if (protocol === '') errors.push(required(`${path}.protocol`))
  else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS))
  errors.push(...portNumberOrNameErrors(`${path}.targetPort`, port.targetPort ?? 0))
  if (appProtocol !== undefined) {
    errors.push(...qualifiedName(appProtocol).map((why) => invalid(`${path}.appProtocol`, appProtocol, why)))
  }
  return errors
}

/** ValidatePortNumOrName. */
export function portNumberOrNameErrors(path: string, port: number | string): FieldError[] {
  const messages = typeof port === 'number' ? portNumber(port) : portName(port)
  return messages.map((why) => invalid(path, port, why))
}

/** A protocol's port is exposed once, on the Service and on the nodes. */
function repeatedPorts(ports: readonly ServicePort[]): FieldError[] {
  const errors: FieldError[] = []
  const nodePorts = new Set<string>()
  const seen = new Set<string>()
  ports.forEach(({ protocol, nodePort }, at) => {
    if (!nodePort) return
    if (nodePorts.has(`${protocol}/${nodePort}`)) errors.push(duplicate(`spec.ports[${at}].nodePort`, nodePort))
    nodePorts.add(`${protocol}/${nodePort}`)
  })
  ports.forEach(({ protocol, port }, at) => {
    const key = `${protocol}/${port}`
    if (seen.has(key)) {
      const printed = printInternal('core.v1.ServicePort', { protocol, port, targetPort: 0 })
      errors.push(duplicate(`spec.ports[${at}]`, printed))
    }
    seen.add(key)
  })
  return errors
}
