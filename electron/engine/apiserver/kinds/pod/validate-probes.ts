import { httpHeaderName } from '../../../../../shared/api/names.ts'
import type {
  Container,
  HTTPGetAction,
  Lifecycle,
  LifecycleHandler,
  Probe,
} from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { checkName, checkNotNegative } from '../checks.ts'
import { checkPortReference } from './validate-ports.ts'

const SCHEMES = ['HTTP', 'HTTPS']

type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & Pick<LifecycleHandler, 'sleep'>

/** Probes and hooks of a container that may have them: a regular one or a sidecar. */
export function checkProbesAndHooks(
  errors: FieldError[],
  path: string,
  container: Container,
  gracePeriod: number | undefined,
): void {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container
  if (lifecycle) checkLifecycle(errors, `${path}.lifecycle`, lifecycle, gracePeriod)
  if (livenessProbe) checkSingleSuccessProbe(errors, `${path}.livenessProbe`, livenessProbe, gracePeriod)
  if (readinessProbe) checkReadinessProbe(errors, `${path}.readinessProbe`, readinessProbe, gracePeriod)
  if (startupProbe) checkSingleSuccessProbe(errors, `${path}.startupProbe`, startupProbe, gracePeriod)
}

function checkLifecycle(
  errors: FieldError[],
  path: string,
  lifecycle: Lifecycle,
  gracePeriod: number | undefined,
): void {
  if (lifecycle.postStart) checkHandler(errors, `${path}.postStart`, lifecycle.postStart, gracePeriod)
  if (lifecycle.preStop) checkHandler(errors, `${path}.preStop`, lifecycle.preStop, gracePeriod)
}

/** Liveness and startup probes are decided by one success. */
function checkSingleSuccessProbe(
  errors: FieldError[],
  path: string,
  probe: Probe,
  gracePeriod: number | undefined,
): void {
  checkProbe(errors, path, probe, gracePeriod)
  if (probe.successThreshold !== 1) {
    errors.push(invalid(`${path}.successThreshold`, probe.successThreshold ?? 0, 'must be 1'))
  }
}

function checkReadinessProbe(errors: FieldError[], path: string, probe: Probe, gracePeriod: number | undefined): void {
  checkProbe(errors, path, probe, gracePeriod)
  const seconds = probe.terminationGracePeriodSeconds
  if (seconds !== undefined) {
    errors.push(invalid(`${path}.terminationGracePeriodSeconds`, seconds, 'must not be set for readinessProbes'))
  }
}

function checkProbe(errors: FieldError[], path: string, probe: Probe, gracePeriod: number | undefined): void {
  checkHandler(errors, path, probe, gracePeriod)
  checkNotNegative(errors, `${path}.initialDelaySeconds`, probe.initialDelaySeconds)
  checkNotNegative(errors, `${path}.timeoutSeconds`, probe.timeoutSeconds)
  checkNotNegative(errors, `${path}.periodSeconds`, probe.periodSeconds)
  checkNotNegative(errors, `${path}.successThreshold`, probe.successThreshold)
  checkNotNegative(errors, `${path}.failureThreshold`, probe.failureThreshold)
  const seconds = probe.terminationGracePeriodSeconds
  if (seconds !== undefined && seconds <= 0) {
    errors.push(invalid(`${path}.terminationGracePeriodSeconds`, seconds, 'must be greater than 0'))
  }
}

const ACTIONS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const

/** validateHandler: exactly one action; of several only the first is looked at. */
function checkHandler(errors: FieldError[], path: string, handler: Handler, gracePeriod: number | undefined): void {
  let first: string | undefined
  for (const action of ACTIONS) {
    if (!handler[action]) continue
    if (first === undefined) first = action
    else errors.push(forbidden(`${path}.${action}`, 'may not specify more than 1 handler type'))
  }
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler
  if (first === undefined) errors.push(required(path, 'must specify a handler type'))
  else if (first === 'exec') {
    if (!exec?.command?.length) errors.push(required(`${path}.exec.command`))
  } else if (first === 'httpGet' && httpGet) checkHttpGet(errors, `${path}.httpGet`, httpGet)
  else if (first === 'tcpSocket' && tcpSocket) checkPortReference(errors, `${path}.tcpSocket.port`, tcpSocket.port)
  else if (first === 'grpc' && grpc) checkPortReference(errors, `${path}.grpc.port`, grpc.port)
  else if (sleep && gracePeriod !== undefined && (sleep.seconds < 0 || sleep.seconds > gracePeriod)) {
    const message = `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`
    errors.push(invalid(`${path}.sleep`, sleep.seconds, message))
  }
}

function checkHttpGet(errors: FieldError[], path: string, action: HTTPGetAction): void {
  if (!action.path) errors.push(required(`${path}.path`))
  checkPortReference(errors, `${path}.port`, action.port)
  if (!SCHEMES.includes(action.scheme ?? '')) {
    errors.push(notSupported(`${path}.scheme`, action.scheme ?? '', SCHEMES))
  }
  for (const { name } of action.httpHeaders ?? []) checkName(errors, `${path}.httpHeaders`, name, httpHeaderName)
}
