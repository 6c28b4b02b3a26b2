import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { User } from './authorizer.ts'

/** Who sends a request: undefined when credentials were given and are not good. */
export interface Authenticator {
  authenticate(request: IncomingMessage): User | undefined | Promise<User | undefined>
}

export interface AuthenticatorDeps {
  /** Bearer tokens with a fixed user. */
  readonly staticTokens: ReadonlyMap<string, User>
  /** Checks any other token: ServiceAccount tokens. */
  tokenUser?(token: string): Promise<User | undefined>
}

const AUTHENTICATED = 'system:authenticated'
const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

/** Client certificates first, then bearer tokens; a request without credentials is anonymous. */
export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const tokens = new Map([...deps.staticTokens].map(([token, user]) => [token, authenticated(user)]))
  const bySocket = new WeakMap<object, CertificateUser>()
  const certificateUser = (socket: TLSSocket): CertificateUser => {
    const known = bySocket.get(socket)
    if (known !== undefined) return known
    const user = fromCertificate(socket)
    bySocket.set(socket, user)
    return user
  }
  return {
    authenticate(request) {
      const user = certificateUser(request.socket as TLSSocket)
      if (user === 'stranger') return undefined
      if (user !== 'none') return user
      const { authorization } = request.headers
      const token = /^bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1]
      if (token === undefined) return ANONYMOUS
      const known = tokens.get(token)
      if (known) return known
      return deps.tokenUser?.(token).then((found) => found && authenticated(found))
    },
  }
}

/** Every authenticated user is also in this group. */
export function authenticated(user: User): User {
  return user.groups.includes(AUTHENTICATED) ? user : { ...user, groups: [...user.groups, AUTHENTICATED] }
}

/** `none`: no certificate was sent; `stranger`: one that the cluster's authority did not sign. */
type CertificateUser = User | 'none' | 'stranger'

/** The subject's common name is the user, its organizations are the groups. */
function fromCertificate(socket: TLSSocket): CertificateUser {
  const subject = socket.getPeerCertificate?.()?.subject as { CN?: string; O?: string | string[] } | undefined
  if (subject === undefined) return 'none'
  if (!socket.authorized) return 'stranger'
  if (!subject.CN) return 'none'
  const groups = subject.O === undefined ? [] : Array.isArray(subject.O) ? subject.O : [subject.O]
  return authenticated({ name: subject.CN, groups })
}
