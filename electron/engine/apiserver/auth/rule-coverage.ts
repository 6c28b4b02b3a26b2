import { goQuote } from '../../../../shared/api/go-text.ts'
import type { PolicyRule } from '../../../../shared/api/types/rbac-v1.ts'

/** What of `wanted` no rule of `held` covers, in the smallest steps that can be told apart. */
export function uncoveredRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(singleGrants).filter((grant) => !held.some((rule) => covers(rule, grant)))
}

/** One rule as error messages print it: {APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}. */
export function ruleText({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const parts: [name: string, values: readonly string[] | undefined][] = [
    ['APIGroups', apiGroups],
    ['Resources', resources],
    ['NonResourceURLs', nonResourceURLs],
    ['ResourceNames', resourceNames],
    ['Verbs', verbs],
  ]
  const shown = parts.filter(([, values]) => values?.length).map(([name, values = []]) => `${name}:${quoted(values)}`)
  return `{${shown.join(', ')}}`
}

/** Go's %q of a list of strings. */
export function quoted(values: readonly string[]): string {
  return `[${values.map(goQuote).join(' ')}]`
}

/** Grants for the same thing as one rule with all their verbs. */
export function joinVerbs(grants: readonly PolicyRule[]): PolicyRule[] {
  const joined = new Map<string, PolicyRule>()
  for (const grant of grants) {
    const { verbs, ...target } = grant
    const key = grant.nonResourceURLs ? `${JSON.stringify(target)} ${verbs[0]}` : JSON.stringify(target)
    const known = joined.get(key)
    if (known === undefined) joined.set(key, { ...grant, verbs: [...verbs] })
    else if (!known.verbs.includes(verbs[0] as string)) known.verbs.push(verbs[0] as string)
  }
  return [...joined.values()]
}

/** A rule as grants of one verb on one resource (and one name), or of one verb on one path. */
function singleGrants({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): PolicyRule[] {
  const grants: PolicyRule[] = []
  for (const group of apiGroups ?? []) {
    for (const resource of resources ?? []) {
      for (const verb of verbs) {
        const grant = { apiGroups: [group], resources: [resource], verbs: [verb] }
        if (!resourceNames?.length) grants.push(grant)
        for (const name of resourceNames ?? []) grants.push({ ...grant, resourceNames: [name] })
      }
    }
  }
  for (const url of nonResourceURLs ?? [])
    for (const verb of verbs) grants.push({ nonResourceURLs: [url], verbs: [verb] })
  return grants
}

function covers(rule: PolicyRule, grant: PolicyRule): boolean {
  if (!has(rule.verbs, grant.verbs[0])) return false
  const [url] = grant.nonResourceURLs ?? []
  if (url !== undefined) return (rule.nonResourceURLs ?? []).some((held) => pathCovers(held, url))
  const [resource = ''] = grant.resources ?? []
  const [name] = grant.resourceNames ?? []
  const nameCovered = !rule.resourceNames?.length || (name !== undefined && rule.resourceNames.includes(name))
  return nameCovered && has(rule.apiGroups, grant.apiGroups?.[0]) && resourceCovers(rule.resources ?? [], resource)
}

function has(values: readonly string[] | undefined, wanted: string | undefined): boolean {
  return values?.some((value) => value === '*' || value === wanted) ?? false
}

function resourceCovers(held: readonly string[], wanted: string): boolean {
  const subresource = wanted.slice(wanted.indexOf('/') + 1)
  return held.some(
    (value) => value === '*' || value === wanted || (wanted.includes('/') && value === `*/${subresource}`),
  )
}

function pathCovers(held: string, wanted: string): boolean {
  return held === '*' || held === wanted || (held.endsWith('*') && wanted.startsWith(held.slice(0, -1)))
}
