import type { KubeObject } from '../../../../shared/api/object.ts'
import { canonicalText, type Quantity, ZERO_QUANTITY } from '../../../../shared/api/quantity.ts'
import { inScope } from '../../../../shared/api/quota/scopes.ts'
import { countedBy, usageOf } from '../../../../shared/api/quota/usage.ts'
import { add, type Quantities } from '../../../../shared/api/resource-lists.ts'
import type { ResourceQuota, ResourceQuotaStatus } from '../../../../shared/api/types/core-v1.ts'

/** The resources whose objects the quota counts. */
export function countedResources({ spec }: ResourceQuota): ReadonlySet<string> {
  return new Set(Object.keys(spec?.hard ?? {}).map(countedBy))
}

/** What the quota allows, and what the namespace's objects take of exactly that. */
export function quotaStatus(
  quota: ResourceQuota,
  objectsOf: (storageKey: string) => readonly KubeObject[],
  now: number,
): ResourceQuotaStatus {
  const { spec = {} } = quota
  let total: Quantities = {}
  for (const storageKey of countedResources(quota)) {
    for (const object of objectsOf(storageKey)) {
      if (inScope(spec, storageKey, object)) total = add(total, usageOf(storageKey, object, now))
    }
  }
  const hard = spec.hard ?? {}
  const amount = (name: string): Quantity => total[name] ?? ZERO_QUANTITY
  return {
    hard: { ...hard },
    used: Object.fromEntries(Object.keys(hard).map((name) => [name, canonicalText(amount(name))])),
  }
}
