import type { KubeObject } from '../../../../shared/api/object.ts'
import type { SelfSubjectReview, TokenReview } from '../../../../shared/api/types/authentication-v1.ts'
import type {
  LocalSubjectAccessReview,
  ResourceAttributes,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
  SubjectAccessReviewStatus,
} from '../../../../shared/api/types/authorization-v1.ts'
import { newBadRequest, newInvalid, newMethodNotSupported } from '../machinery/api-errors.ts'
import type { FieldError } from '../machinery/field-error.ts'
import { resolveNamespace } from '../registry/create-object.ts'
import { inFieldOrder } from '../registry/field-order.ts'
import { trackWrite } from '../registry/field-tracking.ts'
import { type Call, type ServerContext, timestamp } from '../registry/server-context.ts'
import type { Attributes, User } from './authorizer.ts'
import { localAccessErrors, selectorProblems, selfAccessErrors, subjectAccessErrors } from './review-rules.ts'

export interface ReviewRequest {
  readonly call: Call
  readonly object: KubeObject
}

/** POST of an authentication or authorization review: the object with its status filled in. */
export async function createReview(context: ServerContext, request: ReviewRequest): Promise<KubeObject> {
  const { call } = request
  const { resource } = call
  resolveNamespace(call, request.object)
  // Kubernetes counts what a review says as owned by whoever sends it, although it keeps nothing.
  const object = inFieldOrder(resource, trackWrite(context, call, request.object, undefined))
  switch (resource.kind) {
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
      throw newMethodNotSupported(resource, 'create')
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

function selfSubject(context: ServerContext, { call: { user } }: ReviewRequest, review: SelfSubjectReview): KubeObject {
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

function selfAccess(
  context: ServerContext,
  { call: { user } }: ReviewRequest,
  review: SelfSubjectAccessReview,
): KubeObject {
  refuse(selfAccessErrors(review))
  review.status = decide(context, user, review.spec)
  return review
}

function subjectAccess(context: ServerContext, _request: ReviewRequest, review: SubjectAccessReview): KubeObject {
  refuse(subjectAccessErrors(review))
  review.status = decide(context, subject(review.spec), review.spec)
  return review
}

function localAccess(context: ServerContext, _request: ReviewRequest, review: LocalSubjectAccessReview): KubeObject {
  refuse(localAccessErrors(review))
  review.status = decide(context, subject(review.spec), review.spec)
  return review
}

/** The answer is a new object: nothing of what was sent comes back. */
function selfRules(
  context: ServerContext,
  { call: { user } }: ReviewRequest,
  review: SelfSubjectRulesReview,
): KubeObject {
  const namespace = review.spec?.namespace
  if (!namespace) throw newBadRequest('no namespace on request')
  review.metadata = {}
  review.spec = {}
  review.status = context.authorizer.rulesFor(user, namespace)
  return review
}

/** Kubernetes names no kind here: the object that it holds does not know its own. */
function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw newInvalid({ group: 'authorization.k8s.io', kind: '' }, '', errors)
}

function subject(spec: SubjectAccessReviewSpec): User {
  return { name: spec.user ?? '', groups: spec.groups ?? [], uid: spec.uid, extra: spec.extra }
}

type AskedAccess = Pick<SubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>

function decide(context: ServerContext, user: User, spec: AskedAccess): SubjectAccessReviewStatus {
  const { allowed, reason } = context.authorizer.authorize(attributes(user, spec))
  const evaluationError = spec.resourceAttributes ? selectorProblems(spec.resourceAttributes) : ''
  return { allowed, ...(reason ? { reason } : {}), ...(evaluationError ? { evaluationError } : {}) }
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
