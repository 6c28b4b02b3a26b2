import type { JSONSchemaProps } from '../../../../../shared/api/types/apiextensions-v1.ts'
import { ownMember } from '../../../../../shared/lang/own-member.ts'

/** The schema of the field that a path names, or why the path names none. */
export type FoundField =
  | { readonly schema: JSONSchemaProps; readonly names: readonly string[] }
  | { readonly why: string }

const STEP = /^(?:\.([^.[\]]*)|\['((?:[^'\\]|\\.)*)'\])/

/** ValidFieldPath: members, with `['name']` for those of maps where `brackets` are allowed. */
export function fieldAt(path: string, root: JSONSchemaProps, brackets: boolean): FoundField {
  const names: string[] = []
  let schema = root
  for (let rest = path; rest !== ''; ) {
    const step = STEP.exec(rest)
    if (step === null || (!brackets && rest.startsWith('['))) return { why: `expected [ or . but got: ${rest}` }
    const name = step[1] ?? step[2] ?? ''
    if (name === '') return { why: 'unexpected end of JSON path' }
    const next = member(schema, name)
    if (next === undefined) return { why: 'does not refer to a valid field' }
    names.push(name)
    schema = next
    rest = rest.slice(step[0].length)
  }
  return { schema, names }
}

function member({ properties, additionalProperties }: JSONSchemaProps, name: string): JSONSchemaProps | undefined {
  const own = ownMember(properties, name)
  if (own) return own
  return typeof additionalProperties === 'object' && additionalProperties !== null
    ? (additionalProperties as JSONSchemaProps)
    : undefined
}
