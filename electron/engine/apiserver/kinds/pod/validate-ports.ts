import { portName, portNumber } from '../../../../../shared/api/names.ts'
import type { Container, ContainerPort } from '../../../../../shared/api/types/core-v1.ts'
import { duplicate, type FieldError, invalid, notSupported, required } from '../../machinery/field-error.ts'
import type { PodRules } from './pod-rules.ts'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

/** validateContainerPorts. */
export function checkContainerPorts(
  errors: FieldError[],
  path: string,
  ports: readonly ContainerPort[] | undefined,
): void {
  if (!ports) return
  const names = new Set<string>()
  for (let at = 0; at < ports.length; at++) {
    const port = ports[at] as ContainerPort
    const own = `${path}[${at}]`
    if (port.name) checkPortName(errors, `${own}.name`, port.name, names)
    if (!port.containerPort) errors.push(required(`${own}.containerPort`))
    else checkPortNumber(errors, `${own}.containerPort`, port.containerPort)
    if (port.hostPort) checkPortNumber(errors, `${own}.hostPort`, port.hostPort)
    if (!port.protocol) errors.push(required(`${own}.protocol`))
    else if (!PROTOCOLS.includes(port.protocol)) {
      errors.push(notSupported(`${own}.protocol`, port.protocol, PROTOCOLS))
    }
  }
}

function checkPortName(errors: FieldError[], path: string, name: string, known: Set<string>): void {
  const messages = portName(name)
  if (messages.length > 0) for (const message of messages) errors.push(invalid(path, name, message))
  else if (known.has(name)) errors.push(duplicate(path, name))
  else known.add(name)
}

function checkPortNumber(errors: FieldError[], path: string, port: number): void {
  for (const message of portNumber(port)) errors.push(invalid(path, port, message))
}

/** ValidatePortNumOrName: what probes and hooks name. */
export function checkPortReference(errors: FieldError[], path: string, port: number | string): void {
  const messages = typeof port === 'number' ? portNumber(port) : portName(port)
  for (const message of messages) errors.push(invalid(path, port, message))
}

/** checkHostPortConflicts: no port of the host twice among these containers. */
export function checkHostPortConflicts(errors: FieldError[], path: string, containers: readonly Container[]): void {
  let known: Set<string> | undefined
  containers.forEach((container, at) => {
    container.ports?.forEach(({ protocol, hostIP, hostPort }, position) => {
      if (!hostPort) return
      known ??= new Set()
      const text = `${protocol}/${hostIP ?? ''}/${hostPort}`
      if (known.has(text)) errors.push(duplicate(`${path}[${at}].ports[${position}].hostPort`, text))
      else known.add(text)
    })
  })
}

/** validatePodHostNetworkDeps: on the host's network a port is the host's port. */
export function checkHostNetworkPorts({ errors, spec, isPod }: PodRules, path: string): void {
  if (!spec.hostNetwork) return
  spec.containers?.forEach((container, at) => {
    container.ports?.forEach(({ hostPort = 0, containerPort }, position) => {
      if ((isPod || hostPort !== 0) && hostPort !== containerPort) {
        const own = `${path}.containers[${at}].ports[${position}].hostPort`
        errors.push(invalid(own, hostPort, 'must match `containerPort` when `hostNetwork` is true'))
      }
    })
  })
}
