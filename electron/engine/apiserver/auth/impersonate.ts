import type { IncomingHttpHeaders } from 'node:http'
import { newBadRequest, newForbidden } from '../machinery/api-errors.ts'
import { authenticated } from './authenticator.ts'
import { forbiddenText } from './authorize-call.ts'
import type { Attributes, Authorizer, User } from './authorizer.ts'

const EXTRA = 'impersonate-extra-'

/** The user to act as: the Impersonate-* headers', once `user` may impersonate all that they name. */
export function impersonate(authorizer: Authorizer, user: User, headers: IncomingHttpHeaders): User {
  const name = header(headers['impersonate-user'])
  const groups = list(headers['impersonate-group'])
  const uid = header(headers['impersonate-uid'])
  const extra: Record<string, string[]> = {}
  for (const key of Object.keys(headers)) {
    if (key.startsWith(EXTRA)) extra[decodeURIComponent(key.slice(EXTRA.length))] = list(headers[key])
  }
  if (name === undefined) {
    if (groups.length === 0 && uid === undefined && Object.keys(extra).length === 0) return user
    throw newBadRequest(`requested ${goUserText(groups, uid, extra)} without impersonating a user name`)
  }
  const check = (group: string, resource: string, subresource: string, object: string, namespace = '') =>
    mayImpersonate(authorizer, user, { group, resource, subresource, name: object, namespace })
  const serviceAccount = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name)
  if (serviceAccount) check('', 'serviceaccounts', '', serviceAccount[2] as string, serviceAccount[1] as string)
  else check('', 'users', '', name)
  for (const group of groups) check('', 'groups', '', group)
  for (const [key, values] of Object.entries(extra)) {
    for (const value of values) check('authentication.k8s.io', 'userextras', key, value)
  }
  if (uid !== undefined) check('authentication.k8s.io', 'uids', '', uid)
  const own = serviceAccount ? ['system:serviceaccounts', `system:serviceaccounts:${serviceAccount[1]}`] : []
  const target: User = {
    name,
    groups: groups.length > 0 ? groups : own,
    ...(uid === undefined ? {} : { uid }),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  }
  if (name === 'system:anonymous') return { ...target, groups: [...target.groups, 'system:unauthenticated'] }
  return target.groups.includes('system:unauthenticated') ? target : authenticated(target)
}

function mayImpersonate(
  authorizer: Authorizer,
  user: User,
  what: Pick<Attributes, 'group' | 'resource' | 'subresource' | 'name' | 'namespace'>,
): void {
  const attributes: Attributes = { user, verb: 'impersonate', version: 'v1', ...what }
  const decision = authorizer.authorize(attributes)
  if (!decision.allowed) throw newForbidden(what, what.name, forbiddenText(attributes, decision.reason))
}

/** Go's %#v of the requested user, which the message quotes. */
function goUserText(groups: readonly string[], uid: string | undefined, extra: Record<string, string[]>): string {
  const strings = (values: readonly string[]) => `[]string{${values.map((value) => JSON.stringify(value)).join(', ')}}`
  const entries = Object.entries(extra).map(([key, values]) => `${JSON.stringify(key)}:${strings(values)}`)
  const extraText = entries.length === 0 ? 'map[string][]string(nil)' : `map[string][]string{${entries.join(', ')}}`
  const groupText = groups.length === 0 ? '[]string(nil)' : strings(groups)
  return `&user.DefaultInfo{Name:"", UID:${JSON.stringify(uid ?? '')}, Groups:${groupText}, Extra:${extraText}}`
}

function header(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value
  return text === '' ? undefined : text
}

function list(value: string | string[] | undefined): string[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : value.split(',').map((part) => part.trim())
}
