import resourcesJson from '../../../../shared/api/facts/resources.json' with { type: 'json' }

export interface VersionFact {
  readonly v: string
  readonly priority?: number
  readonly default: boolean
}

export interface GroupFact {
  readonly group: string
  readonly priority?: number
  readonly preferred: string
  readonly versions: readonly VersionFact[]
}

export interface ResourceFact {
  readonly gv: string
  readonly r: string
  readonly kind: string
  readonly list?: string
  readonly sing: string
  readonly ns: boolean
  readonly short?: readonly string[]
  readonly cat?: readonly string[]
  readonly verbs: readonly string[]
  readonly type: string
  readonly svh?: string
  readonly default: boolean
  readonly sub?: Readonly<Record<string, { readonly gvk: string; readonly verbs: readonly string[] }>>
  readonly reset?: Readonly<Record<string, readonly string[]>>
}

/** What Kubernetes v1.36 serves; `groups` is in the order of aggregated discovery. */
export const resourceFacts = resourcesJson as unknown as {
  readonly version: string
  readonly groups: readonly GroupFact[]
  readonly resources: readonly ResourceFact[]
}
