export interface YamlToken {
  readonly kind: 'key' | 'mark' | 'string' | 'number' | 'word' | 'plain'
  readonly text: string
}

/** Colours for one line of block YAML as our own writer makes it: not a parser. */
export function yamlTokens(line: string): readonly YamlToken[] {
  const match = /^(\s*(?:- )*)(?:("(?:[^"\\]|\\.)*"|[^\s"'][^:]*|'[^']*')(:)(\s|$))?(.*)$/.exec(line)
  if (match === null) return [{ kind: 'plain', text: line }]
  const [, indent = '', key, colon = '', space = '', value = ''] = match
  const tokens: YamlToken[] = []
  if (indent !== '') tokens.push({ kind: 'mark', text: indent })
  if (key !== undefined) tokens.push({ kind: 'key', text: key }, { kind: 'mark', text: `${colon}${space}` })
  if (value !== '') tokens.push({ kind: valueKind(value), text: value })
  return tokens
}

function valueKind(value: string): YamlToken['kind'] {
  if (/^["']/.test(value)) return 'string'
  if (/^-?\d+(\.\d+)?$/.test(value)) return 'number'
  if (/^(true|false|null|\{\}|\[\]|[|>][-+]?)$/.test(value)) return 'word'
  return 'plain'
}
