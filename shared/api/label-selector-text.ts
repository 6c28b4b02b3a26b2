import { compareText } from '../lang/compare-text.ts'
import { ownMember } from '../lang/own-member.ts'
import { goJson, goQuote } from './go-text.ts'
import { labelValue, qualifiedName } from './names.ts'
import type { LabelSelector } from './types/meta-v1.ts'

/** Label selectors as text (`a=b,c in (d,e),!f,n>4`): parsed, printed and matched as k8s.io/apimachinery/pkg/labels does. */
export type Operator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt'

export interface Requirement {
  readonly key: string
  readonly operator: Operator
  /** Sorted, each once. */
  readonly values: readonly string[]
}

/** A selector that cannot be; the message is Kubernetes'. */
export class SelectorError extends Error {}

/** The requirements of a selector text, sorted by key; all of them have to hold. */
export function parseLabelSelector(text: string): Requirement[] {
  return new SelectorParser(text).parse()
}

/** metav1.LabelSelectorAsSelector; a missing selector (which selects nothing) is undefined. */
export function labelSelectorRequirements(selector: LabelSelector | null | undefined): Requirement[] | undefined {
  if (selector === undefined || selector === null) return undefined
  const requirements = Object.entries(selector.matchLabels ?? {}).map(([key, value]) =>
    requirement(key, '=', [value], ''),
  )
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const own = OBJECT_OPERATORS[operator]
    if (own === undefined) throw new SelectorError(`${goQuote(operator)} is not a valid label selector operator`)
    requirements.push(requirement(key, own, values ?? null, ''))
  }
  return requirements.sort(byKey)
}

const OBJECT_OPERATORS: Readonly<Record<string, Operator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
}

export function matchesRequirements(
  requirements: readonly Requirement[],
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  for (const each of requirements) if (!matchesRequirement(each, labels)) return false
  return true
}

function matchesRequirement(
  { key, operator, values }: Requirement,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  const value = ownMember(labels, key)
  switch (operator) {
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value)
    case 'gt':
    case 'lt': {
      if (value === undefined || !INTEGER.test(value)) return false
      const [own, limit] = [BigInt(value), BigInt(values[0] as string)]
      return operator === 'gt' ? own > limit : own < limit
    }
    default:
      return value !== undefined && values.includes(value)
  }
}

/** The canonical text. */
export function formatLabelSelector(requirements: readonly Requirement[]): string {
  return requirements.map(formatRequirement).join(',')
}

function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key
    case '!':
      return `!${key}`
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`
    default:
      return `${key}${operator === 'gt' ? '>' : operator === 'lt' ? '<' : operator}${values.join(',')}`
  }
}

const INTEGER = /^-?[0-9]+$/

/** NewRequirement: checked; `start` is put before an error. */
function requirement(key: string, operator: Operator, given: readonly string[] | null, start: string): Requirement {
  const errors: string[] = []
  const values = given ?? []
  const problem = (field: string, value: unknown, detail: string) => {
    errors.push(`${field}: Invalid value: ${typeof value === 'string' ? goQuote(value) : goJson(value)}: ${detail}`)
  }
  const keyProblems = qualifiedName(key)
  if (keyProblems.length > 0) problem('key', key, keyProblems.join('; '))
  if ((operator === 'in' || operator === 'notin') && values.length === 0) {
    problem('values', given, "for 'in', 'notin' operators, values set can't be empty")
  } else if ((operator === 'exists' || operator === '!') && values.length > 0) {
    problem('values', given, 'values set must be empty for exists and does not exist')
  }
  values.forEach((value, i) => {
    if ((operator === 'gt' || operator === 'lt') && !/^[-+]?[0-9]+$/.test(value)) {
      problem(`values[${i}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer")
    }
  })
  values.forEach((value, i) => {
    const problems = labelValue(value)
    if (problems.length > 0) problem(`values[${i}][${key}]`, value, problems.join('; '))
  })
  if (errors.length > 0) throw new SelectorError(start + (errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`))
  return { key, operator, values: [...new Set(values)].sort() }
}

function byKey(a: Requirement, b: Requirement): number {
  return compareText(a.key, b.key)
}

const SYMBOLS = '=!(),><'
const OPERATORS: Readonly<Record<string, Operator>> = {
  '=': '=',
  '==': '==',
  '!=': '!=',
  in: 'in',
  notin: 'notin',
  '>': 'gt',
  '<': 'lt',
}
const START = 'unable to parse requirement: '

class SelectorParser {
  /** Texts; "" is the end. Identifiers are those that start with no symbol. */
  readonly #tokens: readonly string[]
  #at = 0

  constructor(text: string) {
    this.#tokens = tokens(text)
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = []
    for (;;) {
      const token = this.#peek()
      if (token === '') return requirements.sort(byKey)
      if (!isIdentifier(token) && token !== '!') {
        throw new SelectorError(`found '${token}', expected: !, identifier, or 'end of string'`)
      }
      requirements.push(this.#requirement())
      const next = this.#take()
      if (next === '') return requirements.sort(byKey)
      if (next !== ',') throw new SelectorError(`found '${next}', expected: ',' or 'end of string'`)
      const after = this.#peek()
      if (!isIdentifier(after) && after !== '!')
        throw new SelectorError(`found '${after}', expected: identifier after ','`)
    }
  }

  #requirement(): Requirement {
    let key = this.#take()
    const isAbsence = key === '!'
    if (isAbsence) key = this.#take()
    if (!isIdentifier(key)) throw new SelectorError(`${START}found '${key}', expected: identifier`)
    const problems = qualifiedName(key)
    if (problems.length > 0)
      throw new SelectorError(`${START}<nil>: Invalid value: ${goQuote(key)}: ${problems.join('; ')}`)
    if (isAbsence) return requirement(key, '!', [], START)
    const next = this.#peek()
    if (next === '' || next === ',') return requirement(key, 'exists', [], START)
    const token = this.#take()
    const operator = OPERATORS[token]
    if (operator === undefined) {
      throw new SelectorError(`${START}found '${token}', expected: in, notin, =, ==, !=, gt, lt`)
    }
    const values = operator === 'in' || operator === 'notin' ? this.#values() : [this.#exactValue()]
    return requirement(key, operator, [...new Set(values)].sort(), START)
  }

  #exactValue(): string {
    const next = this.#peek()
    if (next === '' || next === ',') return ''
    const token = this.#take()
    if (!isIdentifier(token)) throw new SelectorError(`${START}found '${token}', expected: identifier`)
    return token
  }

  #values(): string[] {
    const open = this.#take()
    if (open !== '(') throw new SelectorError(`${START}found '${open}' expected: '('`)
    const first = this.#peek()
    if (first === ')') {
      this.#take()
      return ['']
    }
    if (!isIdentifier(first) && first !== ',') {
      throw new SelectorError(`${START}found '${first}', expected: ',', ')' or identifier`)
    }
    const values: string[] = []
    for (;;) {
      const token = this.#take()
      const next = this.#peek()
      if (isIdentifier(token)) {
        values.push(token)
        if (next !== ',' && next !== ')') throw new SelectorError(`${START}found '${next}', expected: ',' or ')'`)
        if (next === ')') break
      } else if (token === ',') {
        if (values.length === 0 || next === ')' || next === ',') values.push('')
        if (next === ')') break
      } else throw new SelectorError(`${START}found '${token}', expected: ',', or identifier`)
    }
    this.#take()
    return values
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? ''
  }

  #take(): string {
    return this.#tokens[this.#at++] ?? ''
  }
}

function isIdentifier(token: string): boolean {
  return token !== '' && !SYMBOLS.includes(token[0] as string)
}

function tokens(text: string): string[] {
  return text.match(/==|!=|[=!(),><]|[^=!(),><\s]+/g) ?? []
}
