import type { SubjectRulesReviewStatus } from '../../../../shared/api/types/authorization-v1.ts'

/** Who sends a request. */
export interface User {
  readonly name: string
  readonly groups: readonly string[]
  readonly uid?: string | undefined
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined
}

/** authorizer.Attributes: either a resource request or, when `path` is set, a non-resource one. */
export interface Attributes {
  readonly user: User
  /** "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "proxy", ... */
  readonly verb: string
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  readonly path?: string | undefined
}

export interface Decision {
  readonly allowed: boolean
  /** Why, in the authorizer's words; "" says nothing. */
  readonly reason: string
}

export interface Authorizer {
  authorize(attributes: Attributes): Decision
  /** What the user may do in a namespace, as SelfSubjectRulesReview answers it. */
  rulesFor(user: User, namespace: string): SubjectRulesReviewStatus
}

/** Members of system:masters may do everything; nothing asks RBAC for them. */
export const MASTERS_GROUP = 'system:masters'
