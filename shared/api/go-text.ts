/** Text as Go's strconv, fmt and encoding/json print it, for messages that must read exactly as Kubernetes'. */
import type { LabelSelector } from './types/meta-v1.ts'

const SHORT_ESCAPES: Record<string, string> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
}
const PLAIN = /^[ !#-[\]-~]*$/
/** Everything unicode.IsPrint refuses; ASCII space is its only printable space. */
const UNPRINTABLE = /[\p{C}\p{Z}]/u

/** strconv.Quote, which is also `%q`. */
export function goQuote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  let out = '"'
  for (const char of text)
    out += SHORT_ESCAPES[char] ?? (char === ' ' || !UNPRINTABLE.test(char) ? char : escaped(char))
  return `${out}"`
}

function escaped(char: string): string {
  const code = char.codePointAt(0) as number
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd'
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** json.Marshal: JSON.stringify plus Go's escaping of HTML characters and line separators. */
export function goJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null'
  return text.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** LabelSelector.String. */
export function goLabelSelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.entries(matchLabels)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}: ${value},`)
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  )
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`
}
