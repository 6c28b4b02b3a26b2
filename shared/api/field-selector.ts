import { SelectorError } from './label-selector-text.ts'

/** Field selectors (`metadata.name=a,status.phase!=Running`) as k8s.io/apimachinery/pkg/fields reads them. */
export interface FieldRequirement {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

/** The requirements in the order of their texts; all of them have to hold. Which fields may be used is the caller's rule. */
export function parseFieldSelector(text: string): FieldRequirement[] {
  return splitTerms(text)
    .sort()
    .filter((term) => term !== '')
    .map((term) => {
      const found = /!=|==|=/.exec(term)
      if (found === null) throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`)
      const value = unescapeValue(term.slice(found.index + found[0].length))
      return { field: term.slice(0, found.index), operator: found[0] === '!=' ? '!=' : '=', value }
    })
}

/** Matches a set of field values; a field that the set lacks counts as "". */
export function matchesFields(
  requirements: readonly FieldRequirement[],
  fields: Readonly<Record<string, string>>,
): boolean {
  return requirements.every(({ field, operator, value }) => ((fields[field] ?? '') === value) === (operator === '='))
}

/** The canonical text. */
export function formatFieldSelector(requirements: readonly FieldRequirement[]): string {
  return requirements
    .map(({ field, operator, value }) => `${field}${operator}${value.replace(/[\\,=]/g, '\\$&')}`)
    .join(',')
}

/** Terms are parted by commas that no backslash precedes. */
function splitTerms(text: string): string[] {
  const terms: string[] = []
  let start = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === ',') {
      terms.push(text.slice(start, i))
      start = i + 1
    }
  }
  return [...terms, text.slice(start)]
}

function unescapeValue(text: string): string {
  let value = ''
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string
    if (char === ',' || char === '=') {
      throw new SelectorError(`invalid field selector: unescaped character in value: ${char.charCodeAt(0)}`)
    }
    if (char !== '\\') {
      value += char
      continue
    }
    const escaped = text[++i]
    if (escaped === undefined) throw new SelectorError('invalid field selector: invalid escape sequence: \\')
    if (!'\\,='.includes(escaped))
      throw new SelectorError(`invalid field selector: invalid escape sequence: \\${escaped}`)
    value += escaped
  }
  return value
}
