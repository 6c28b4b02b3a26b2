import type { KubeObject } from '../../../../shared/api/object.ts'
import type { SelfSubjectReview, TokenReview } from '../../../../shared/api/types/authentication-v1.ts'
import type {
  LocalSubjectAccessReview,
  ResourceAttributes,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
} from '../../../../shared/api/types/authorization-v1.ts'
import { newBadRequest, newInvalid, newMethodNotSupported } from '../machinery/api-errors.ts'
import { type FieldError, forbidden, invalid } from '../machinery/field-error.ts'
import type { Resource } from '../registry/resource.ts'
import { type ServerContext, timestamp } from '../registry/server-context.ts'
import type { Attributes, User } from './authorizer.ts'

export interface ReviewRequest {
  readonly user: User
  readonly at: { readonly resource: Resource; readonly namespace: string }
  readonly object: KubeObject
}

/** POST of an authentication or authorization review: the object with its status filled in. */
export async function createReview(context: ServerContext, request: ReviewRequest): Promise<KubeObject> {
  const { object, at } = request
  const { kind } = at.resource
  switch (kind) {
    case 'SelfSubjectReview':
      return selfSubject(context, request, object as SelfSubjectReview)
    case 'TokenReview':
      return tokenReview(context, object as TokenReview)
    case 'SelfSubjectAccessReview':
      return selfAccess(context, request, object as SelfSubjectAccessReview)
    case 'SubjectAccessReview':
      return subjectAccess(context, request, object as SubjectAccessReview)
    case 'LocalSubjectAccessReview':
      return localAccess(context, request, object as LocalSubjectAccessReview)
    case 'SelfSubjectRulesReview':
      return selfRules(context, request, object as SelfSubjectRulesReview)
    default:
      throw newMethodNotSupported(at.resource, 'create')
  }
}

function userInfo(user: User) {
  const { name, uid, groups, extra } = user
  return {
    username: name,
    ...(uid ? { uid } : {}),
    groups: [...groups],
    ...(extra ? { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) } : {}),
  }
}

function selfSubject(context: ServerContext, { user }: ReviewRequest, review: SelfSubjectReview): KubeObject {
  review.metadata = { creationTimestamp: timestamp(context.clock) }
  review.status = { userInfo: userInfo(user) }
  return review
}

async function tokenReview(context: ServerContext, review: TokenReview): Promise<KubeObject> {
  const { token } = review.spec
  if (!token) throw newBadRequest('token is required for TokenReview in authentication')
  const user = await context.tokens.user(token)
  review.status = user ? { authenticated: true, user: userInfo(user) } : { user: {}, error: 'invalid bearer token' }
  return review
}

function selfAccess(context: ServerContext, { user }: ReviewRequest, review: SelfSubjectAccessReview): KubeObject {
  const errors = attributeErrors(review.spec)
  refuse('SelfSubjectAccessReview', errors)
  review.status = decide(context, user, review.spec)
  return review
}

function subjectAccess(context: ServerContext, _request: ReviewRequest, review: SubjectAccessReview): KubeObject {
  refuse('SubjectAccessReview', [...attributeErrors(review.spec), ...subjectErrors(review.spec)])
  review.status = decide(context, subject(review.spec), review.spec)
  return review
}

function localAccess(context: ServerContext, { at }: ReviewRequest, review: LocalSubjectAccessReview): KubeObject {
  const errors = [...attributeErrors(review.spec), ...subjectErrors(review.spec)]
  const namespace = review.metadata?.namespace
  if (review.spec.nonResourceAttributes) {
    errors.push(forbidden('spec.nonResourceAttributes', 'disallowed on this kind of request'))
  }
  const asked = review.spec.resourceAttributes?.namespace
  if (review.spec.resourceAttributes && asked !== (namespace ?? '')) {
    errors.push(invalid('spec.resourceAttributes.namespace', asked ?? '', 'must match metadata.namespace'))
  }
  refuse('LocalSubjectAccessReview', errors)
  if (asked !== at.namespace) {
    throw newBadRequest(`spec.resourceAttributes.namespace must match namespace: ${at.namespace}`)
  }
  review.status = decide(context, subject(review.spec), review.spec)
  return review
}

function selfRules(context: ServerContext, { user }: ReviewRequest, review: SelfSubjectRulesReview): KubeObject {
  const namespace = review.spec?.namespace
  if (!namespace) throw newBadRequest('no namespace on request')
  review.status = context.authorizer.rulesFor(user, namespace)
  return review
}

function refuse(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw newInvalid({ group: 'authorization.k8s.io', kind }, '', errors)
}

type AskedAccess = Pick<SubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>

function attributeErrors(spec: AskedAccess): FieldError[] {
  const { resourceAttributes, nonResourceAttributes } = spec
  const one = 'exactly one of nonResourceAttributes or resourceAttributes must be specified'
  const value = { type: 'FieldValueInvalid', field: 'spec.resourceAttributes' } as const
  if (resourceAttributes && nonResourceAttributes) {
    return [
      invalid(
        'spec.nonResourceAttributes',
        nonResourceAttributes,
        'cannot be specified in combination with resourceAttributes',
      ),
    ]
  }
  if (resourceAttributes || nonResourceAttributes) return []
  return [{ ...value, message: `Invalid value: null: ${one}` }]
}

function subjectErrors(spec: SubjectAccessReviewSpec): FieldError[] {
  if (spec.user || spec.groups?.length) return []
  return [invalid('spec.user', spec.user ?? '', 'at least one of user or group must be specified')]
}

function subject(spec: SubjectAccessReviewSpec): User {
  return { name: spec.user ?? '', groups: spec.groups ?? [], uid: spec.uid, extra: spec.extra }
}

function decide(context: ServerContext, user: User, spec: AskedAccess): { allowed: boolean; reason?: string } {
  const { allowed, reason } = context.authorizer.authorize(attributes(user, spec))
  return reason === '' ? { allowed } : { allowed, reason }
}

function attributes(user: User, spec: AskedAccess): Attributes {
  const path = spec.nonResourceAttributes
  const asked: ResourceAttributes = spec.resourceAttributes ?? {}
  return {
    user,
    verb: (path ? path.verb : asked.verb) ?? '',
    group: asked.group ?? '',
    version: asked.version ?? '',
    resource: asked.resource ?? '',
    subresource: asked.subresource ?? '',
    namespace: asked.namespace ?? '',
    name: asked.name ?? '',
    ...(path ? { path: path.path ?? '' } : {}),
  }
}
