import factsJson from '../../../../shared/api/facts/selectable-fields.json' with { type: 'json' }
import { type FieldRequirement, matchesFields, parseFieldSelector } from '../../../../shared/api/field-selector.ts'
import { goQuote } from '../../../../shared/api/go-text.ts'
import { matchesRequirements, parseLabelSelector, SelectorError } from '../../../../shared/api/label-selector-text.ts'
import type { KubeObject } from '../../../../shared/api/object.ts'
import { newBadRequest } from '../machinery/api-errors.ts'
import type { Resource } from './resource.ts'

interface SelectableFact {
  readonly gv: string
  readonly kind: string
  readonly fields: readonly string[]
  readonly alias?: Readonly<Record<string, string>>
  readonly err: string
}

const facts = new Map(
  (factsJson as unknown as { kinds: readonly SelectableFact[] }).kinds.map((fact) => [`${fact.gv}/${fact.kind}`, fact]),
)

/** Which objects of a list or watch are wanted; undefined: all. The object is in the storage version. */
export type Selection = ((object: KubeObject) => boolean) | undefined

export interface Selectors {
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
  /** Of a watch on one object's path. */
  readonly name?: string | undefined
}

export function createSelection(resource: Resource, selectors: Selectors): Selection {
  const labels = parsed(() => parseLabelSelector(selectors.labelSelector ?? ''))
  const fields = fieldRequirements(resource, selectors.fieldSelector ?? '')
  if (selectors.name) fields.push({ field: 'metadata.name', operator: '=', value: selectors.name })
  if (labels.length === 0 && fields.length === 0) return undefined
  return (object) =>
    matchesRequirements(labels, object.metadata.labels) &&
    (fields.length === 0 || matchesFields(fields, fieldsOf(resource, object)))
}

function parsed<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof SelectorError) throw newBadRequest(error.message)
    throw error
  }
}

/** The requirements in the field names of the storage version; fields that the kind does not offer are refused. */
function fieldRequirements(resource: Resource, text: string): FieldRequirement[] {
  const requirements = parsed(() => parseFieldSelector(text))
  const fact = facts.get(`${resource.groupVersion}/${resource.kind}`)
  return requirements.map((requirement) => {
    const { field } = requirement
    const alias = fact?.alias?.[field]
    const known = fact?.fields ?? resource.selectableFields ?? GENERIC
    if (alias === undefined && !known.includes(field)) throw newBadRequest(unknownField(resource, fact, field))
    return { ...requirement, field: alias ?? field }
  })
}

const GENERIC: readonly string[] = ['metadata.name', 'metadata.namespace']

function unknownField(resource: Resource, fact: SelectableFact | undefined, field: string): string {
  if (resource.type === '') return `field label not supported: ${field}`
  if (fact === undefined) {
    return `${goQuote(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
  }
  const values = fact.err.includes('for %s: %s') ? [resource.kind, field] : [field]
  let at = 0
  return fact.err.replace(/%[sq]/g, (verb) => {
    const value = values[at++] ?? ''
    return verb === '%q' ? goQuote(value) : value
  })
}

function fieldsOf(resource: Resource, object: KubeObject): Record<string, string> {
  const { name = '', namespace = '' } = object.metadata
  return {
    'metadata.name': name,
    'metadata.namespace': namespace,
    ...resource.storage.strategy.selectableFields?.(object),
  }
}
