import { newForbidden } from '../machinery/api-errors.ts'
import type { Resource } from '../registry/resource.ts'
import type { Attributes, Authorizer, User } from './authorizer.ts'

/** What a resource request asks for; `verb` is the API verb, not the HTTP method. */
export interface ResourceRequest {
  readonly user: User
  readonly verb: string
  readonly resource: Resource
  readonly subresource: string
  readonly namespace: string
  readonly name: string
}

/** Throws 403 Forbidden in Kubernetes' words unless the user may. */
export function authorizeCall(authorizer: Authorizer, request: ResourceRequest): void {
  const { user, verb, resource, subresource, namespace, name } = request
  const attributes: Attributes = {
    user,
    verb,
    group: resource.group,
    version: resource.version,
    resource: resource.resource,
    subresource,
    namespace,
    name,
  }
  const decision = authorizer.authorize(attributes)
  if (!decision.allowed) throw newForbidden(resource, name, forbiddenText(attributes, decision.reason))
}

/** responsewriters.forbiddenMessage. */
export function forbiddenText(attributes: Attributes, reason: string): string {
  const user = JSON.stringify(attributes.user.name)
  const { verb, path, group, resource, subresource, namespace } = attributes
  const full = JSON.stringify(subresource === '' ? resource : `${resource}/${subresource}`)
  let text = `User ${user} cannot ${verb} path ${JSON.stringify(path)}`
  if (path === undefined) {
    text = `User ${user} cannot ${verb} resource ${full} in API group ${JSON.stringify(group)}`
    text += namespace === '' ? ' at the cluster scope' : ` in the namespace ${JSON.stringify(namespace)}`
  }
  return reason === '' ? text : `${text}: ${reason}`
}
