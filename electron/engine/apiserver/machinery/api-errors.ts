import { goQuote } from '../../../../shared/api/go-text.ts'
import { ApiError } from '../../../../shared/api/status.ts'
import type { StatusCause, StatusDetails } from '../../../../shared/api/types/meta-v1.ts'
import { aggregateText, type FieldError } from './field-error.ts'

/** schema.GroupResource; the messages name it "deployments.apps", or "pods" for the core group. */
export interface GroupResource {
  readonly group: string
  readonly resource: string
}

/** schema.GroupKind; the messages name it "Deployment.apps". */
export interface GroupKind {
  readonly group: string
  readonly kind: string
}

export function newNotFound(resource: GroupResource, name: string): ApiError {
  return new ApiError('NotFound', `${resourceText(resource)} ${goQuote(name)} not found`, of(resource, name))
}

export function newAlreadyExists(resource: GroupResource, name: string): ApiError {
  return new ApiError('AlreadyExists', `${resourceText(resource)} ${goQuote(name)} already exists`, of(resource, name))
}

export function newGenerateNameConflict(resource: GroupResource, name: string, retryAfterSeconds: number): ApiError {
  const why = 'already exists, the server was not able to generate a unique name for the object'
  return new ApiError('AlreadyExists', `${resourceText(resource)} ${goQuote(name)} ${why}`, {
    details: { ...of(resource, name).details, retryAfterSeconds },
  })
}

export function newUnauthorized(reason = ''): ApiError {
  return new ApiError('Unauthorized', reason || 'not authorized')
}

export function newForbidden(resource: GroupResource, name: string, why: string): ApiError {
  let start = 'forbidden'
  if (resource.resource !== '' || resource.group !== '') {
    start = `${resourceText(resource)}${name === '' ? '' : ` ${goQuote(name)}`} is forbidden`
  }
  return new ApiError('Forbidden', `${start}: ${why}`, of(resource, name))
}

export function newConflict(resource: GroupResource, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${resourceText(resource)} ${goQuote(name)}: ${why}`
  return new ApiError('Conflict', message, of(resource, name))
}

export function newApplyConflict(causes: readonly StatusCause[], message: string): ApiError {
  return new ApiError('Conflict', message, { details: { causes: [...causes] } })
}

export function newInvalid(kind: GroupKind, name: string, errors: readonly FieldError[]): ApiError {
  const start = `${kindText(kind)} ${goQuote(name)} is invalid`
  const causes = errors.map(({ type, message, field }): StatusCause => ({ reason: type, message, field }))
  return new ApiError('Invalid', errors.length === 0 ? start : `${start}: ${aggregateText(errors)}`, {
    details: { ...detailsOf(name, kind.group, kind.kind), ...(causes.length > 0 ? { causes } : {}) },
  })
}

export function newBadRequest(message: string): ApiError {
  return new ApiError('BadRequest', message)
}

export function newGone(message: string): ApiError {
  return new ApiError('Gone', message)
}

export function newResourceExpired(message: string): ApiError {
  return new ApiError('Expired', message)
}

export function newMethodNotSupported(resource: GroupResource, action: string): ApiError {
  const message = `${action} is not supported on resources of kind ${goQuote(resourceText(resource))}`
  return new ApiError('MethodNotAllowed', message, of(resource, ''))
}

export function newServerTimeout(resource: GroupResource, operation: string, retryAfterSeconds: number): ApiError {
  const message = `The ${operation} operation against ${resourceText(resource)} could not be completed at this time, please try again.`
  return new ApiError('ServerTimeout', message, {
    details: { ...of(resource, operation).details, retryAfterSeconds },
  })
}

export function newInternalError(message: string): ApiError {
  return new ApiError('InternalError', `Internal error occurred: ${message}`, { details: { causes: [{ message }] } })
}

export function newTimeoutError(message: string, retryAfterSeconds: number): ApiError {
  const details = retryAfterSeconds === 0 ? {} : { retryAfterSeconds }
  return new ApiError('Timeout', `Timeout: ${message}`, { details })
}

export function newTooManyRequests(message: string, retryAfterSeconds: number): ApiError {
  return new ApiError('TooManyRequests', message, { details: retryAfterSeconds === 0 ? {} : { retryAfterSeconds } })
}

export function newServiceUnavailable(reason: string): ApiError {
  return new ApiError('ServiceUnavailable', reason)
}

export function newRequestEntityTooLarge(message: string): ApiError {
  return new ApiError('RequestEntityTooLarge', `Request entity too large: ${message}`)
}

export function newUnsupportedMediaType(message: string): ApiError {
  return new ApiError('UnsupportedMediaType', message)
}

/** schema.GroupResource.String(). */
export function resourceText({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`
}

/** schema.GroupKind.String(). */
export function kindText({ group, kind }: GroupKind): string {
  return group === '' ? kind : `${kind}.${group}`
}

function of({ group, resource }: GroupResource, name: string): { details: StatusDetails } {
  return { details: detailsOf(name, group, resource) }
}

/** StatusDetails in Go's field order, without the empty ones. */
function detailsOf(name: string, group: string, kind: string): StatusDetails {
  return { ...(name ? { name } : {}), ...(group ? { group } : {}), ...(kind ? { kind } : {}) }
}
