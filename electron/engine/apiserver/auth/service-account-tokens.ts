import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { KubeObject } from '../../../../shared/api/object.ts'
import type { TokenRequest } from '../../../../shared/api/types/authentication-v1.ts'
import type { Clock } from '../../../../shared/lang/clock.ts'
import type { ObjectStore } from '../../store/object-store.ts'
import { newBadRequest, newConflict, newInvalid, newNotFound } from '../machinery/api-errors.ts'
import { type FieldError, invalid } from '../machinery/field-error.ts'
import type { User } from './authorizer.ts'

const DEFAULT_ISSUER = 'https://kubernetes.default.svc.cluster.local'

const MIN_SECONDS = 600
const MAX_SECONDS = 2 ** 32
const DEFAULT_SECONDS = 3600
const MAX_REMEMBERED = 1000

interface PrivateClaims {
  readonly namespace: string
  readonly serviceaccount: { readonly name: string; readonly uid: string }
  readonly pod?: { readonly name: string; readonly uid: string }
  readonly node?: { readonly name: string; readonly uid?: string }
  readonly secret?: { readonly name: string; readonly uid: string }
}

type Claims = JWTPayload & { 'kubernetes.io': PrivateClaims }

/**
 * Tokens of ServiceAccounts.
 * - Signed, with an end, for named audiences, and bound to a pod where asked: gone with the account or the pod.
 * - A token that was checked once is only looked up again, until its end.
 */
export interface ServiceAccountTokens {
  issue(account: KubeObject, request: TokenRequest, uuid: string): Promise<TokenRequest>
  user(token: string): Promise<User | undefined>
  /** The OpenID documents by which others verify the tokens. */
  document(path: string): Promise<unknown>
}

export interface TokenDeps {
  readonly store: ObjectStore
  readonly clock: Clock
  /** PKCS#8 PEM: an EC P-256 or an RSA key; made anew when absent. */
  readonly key?: string | undefined
  readonly issuer?: string | undefined
}

export function createServiceAccountTokens(deps: TokenDeps): ServiceAccountTokens {
  const pem = deps.key ?? newKey()
  const publicKey = createPublicKey(pem)
  const alg = publicKey.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256'
  const privateKey = createPrivateKey(pem)
  const jwk = publicKey.export({ format: 'jwk' }) as JWK
  const kid = calculateJwkThumbprint(jwk)
  const issuer = deps.issuer ?? DEFAULT_ISSUER
  const checked = new Map<string, Claims>()
  const verify = (token: string) => verifyToken(token, { publicKey, issuer, now: deps.clock.now() })
  return {
    async issue(account, request, uuid) {
      const { namespace = '', name = '', uid = '' } = account.metadata
      const spec = request.spec ?? {}
      const seconds = spec.expirationSeconds ?? DEFAULT_SECONDS
      refuseBadRequest(seconds)
      const bound = boundClaims(deps.store, namespace, request)
      const audiences = spec.audiences?.length ? spec.audiences : [issuer]
      const nowSeconds = Math.floor(deps.clock.now() / 1000)
      const claims = { namespace, serviceaccount: { name, uid }, ...bound }
      const token = await new SignJWT({ 'kubernetes.io': claims })
        .setProtectedHeader({ alg, kid: await kid })
        .setAudience([...audiences])
        .setIssuer(issuer)
        .setSubject(`system:serviceaccount:${namespace}:${name}`)
        .setIssuedAt(nowSeconds)
        .setNotBefore(nowSeconds)
        .setExpirationTime(nowSeconds + seconds)
        .setJti(uuid)
        .sign(privateKey)
      const expirationTimestamp = `${new Date((nowSeconds + seconds) * 1000).toISOString().slice(0, 19)}Z`
      return {
        ...request,
        metadata: { ...request.metadata, name, namespace },
        spec: { ...spec, audiences: [...audiences], expirationSeconds: seconds },
        status: { token, expirationTimestamp },
      }
    },
    async user(token) {
      let claims = checked.get(token)
      if (claims === undefined) {
        claims = await verify(token)
        if (claims === undefined) return undefined
        if (checked.size >= MAX_REMEMBERED) checked.clear()
        checked.set(token, claims)
      }
      if ((claims.exp ?? 0) * 1000 <= deps.clock.now()) return undefined
      return isAlive(deps.store, claims['kubernetes.io']) ? userOf(claims) : undefined
    },
    document: async (path) =>
      path === '/openid/v1/jwks'
        ? { keys: [{ use: 'sig', ...jwk, kid: await kid, alg }] }
        : {
            issuer,
            jwks_uri: `${issuer}/openid/v1/jwks`,
            response_types_supported: ['id_token'],
            subject_types_supported: ['public'],
            id_token_signing_alg_values_supported: [alg],
          },
  }
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

async function verifyToken(
  token: string,
  { publicKey, issuer, now }: { publicKey: KeyObject; issuer: string; now: number },
): Promise<Claims | undefined> {
  try {
    const { payload } = await jwtVerify(token, publicKey, { issuer, audience: issuer, currentDate: new Date(now) })
    return 'kubernetes.io' in payload ? (payload as Claims) : undefined
  } catch {
    // Whatever is wrong with it: it authenticates nobody.
    return undefined
  }
}

function refuseBadRequest(seconds: number): void {
  const errors: FieldError[] = []
  const field = 'spec.expirationSeconds'
  if (seconds < MIN_SECONDS) errors.push(invalid(field, seconds, 'may not specify a duration less than 10 minutes'))
  if (seconds > MAX_SECONDS) errors.push(invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds'))
  if (errors.length > 0) throw newInvalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', errors)
}

const BINDABLE: ReadonlySet<string> = new Set(['Pod', 'Secret', 'Node'])

function boundClaims(store: ObjectStore, namespace: string, { spec }: TokenRequest): Partial<PrivateClaims> {
  const ref = spec?.boundObjectRef
  if (!ref) return {}
  const { apiVersion = '', kind = '' } = ref
  if (apiVersion.includes('/') || !BINDABLE.has(kind)) {
    const groupVersion = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
    throw newBadRequest(`cannot bind token to object of type ${groupVersion}, Kind=${kind}`)
  }
  const resource = ref.kind === 'Pod' ? 'pods' : ref.kind === 'Secret' ? 'secrets' : 'nodes'
  const name = ref.name ?? ''
  const object = store.get({ resource, namespace: ref.kind === 'Node' ? '' : namespace, name })?.object
  if (object === undefined) throw newNotFound({ group: '', resource }, name)
  const uid = object.metadata.uid as string
  if (ref.uid && ref.uid !== uid) {
    const why = `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`
    throw newConflict({ group: '', resource }, name, why)
  }
  if (ref.kind === 'Secret') return { secret: { name, uid } }
  if (ref.kind === 'Node') return { node: { name, uid } }
  const nodeName = (object as KubeObject & { spec?: { nodeName?: string } }).spec?.nodeName
  const node = nodeName ? store.get({ resource: 'nodes', namespace: '', name: nodeName })?.object : undefined
  const nodeUid = node?.metadata.uid
  return {
    pod: { name, uid },
    ...(nodeName ? { node: { name: nodeName, ...(nodeUid ? { uid: nodeUid } : {}) } } : {}),
  }
}

function isAlive(store: ObjectStore, { namespace, serviceaccount, pod, secret }: PrivateClaims): boolean {
  const has = (resource: string, { name, uid }: { name: string; uid: string }) =>
    store.get({ resource, namespace, name })?.object.metadata.uid === uid
  if (!has('serviceaccounts', serviceaccount)) return false
  return (!pod || has('pods', pod)) && (!secret || has('secrets', secret))
}

function userOf(claims: Claims): User {
  const { namespace, serviceaccount, pod, node } = claims['kubernetes.io']
  const extra: Record<string, string[]> = {}
  if (claims.jti) extra['authentication.kubernetes.io/credential-id'] = [`JTI=${claims.jti}`]
  if (pod) {
    extra['authentication.kubernetes.io/pod-name'] = [pod.name]
    extra['authentication.kubernetes.io/pod-uid'] = [pod.uid]
  }
  if (node) {
    extra['authentication.kubernetes.io/node-name'] = [node.name]
    if (node.uid) extra['authentication.kubernetes.io/node-uid'] = [node.uid]
  }
  return {
    name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    extra,
  }
}
