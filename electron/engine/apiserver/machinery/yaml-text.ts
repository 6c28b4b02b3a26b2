import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type YAMLParseError } from 'yaml'
import { type JsonObject, NumberText } from './json-text.ts'

/**
 * YAML as sigs.k8s.io/yaml reads it: YAML 1.1 words (`yes`, `on`, `0755`), no timestamps, no sexagesimal numbers, the first
 * document only, repeated keys reported (the last wins), keys made strings.
 */
export interface ParsedYaml {
  readonly value: unknown
  /** The strict error for repeated keys, as Go words it; undefined when there are none. */
  readonly duplicateError: string | undefined
}

export class YamlSyntaxError extends Error {}

const DROPPED_TAGS: ReadonlySet<string> = new Set([
  'tag:yaml.org,2002:timestamp',
  'tag:yaml.org,2002:binary',
  'tag:yaml.org,2002:set',
  'tag:yaml.org,2002:omap',
  'tag:yaml.org,2002:pairs',
])

export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, {
    version: '1.1',
    uniqueKeys: false,
    merge: true,
    lineCounter: lines,
    customTags: (tags) =>
      tags.filter(
        (tag) => typeof tag === 'string' || !(DROPPED_TAGS.has(tag.tag) || ('format' in tag && tag.format === 'TIME')),
      ),
  })
  const first = 'empty' in documents ? undefined : documents[0]
  if (first?.contents === undefined || first.contents === null) refuseTab(text)
  const error = first?.errors[0]
  if (error !== undefined) throw new YamlSyntaxError(wording(error, text))
  const duplicates: string[] = []
  if (first?.contents) collectDuplicates(first.contents as Node, lines, duplicates)
  const duplicateError = duplicates.length === 0 ? undefined : `yaml: unmarshal errors:\n${duplicates.join('\n')}`
  return { value: toJson(first?.toJS({ mapAsMap: true }) ?? null), duplicateError }
}

/** A tab may not start anything, not even nothing. */
function refuseTab(text: string): void {
  if (/^ *\t/m.test(text)) throw new YamlSyntaxError('yaml: found character that cannot start any token')
}

function wording(error: YAMLParseError, text: string): string {
  const line = error.linePos?.[0].line
  const where = line === undefined || line <= 1 ? '' : ` line ${line}:`
  switch (error.code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
      return `yaml:${where} mapping values are not allowed in this context`
    case 'TAB_AS_INDENT':
      return `yaml:${where} found character that cannot start any token`
    case 'MISSING_CHAR':
      return `yaml:${where} could not find expected ':'`
    case 'BAD_INDENT':
      if (/\[\s*$/.test(text)) return `yaml: line ${line ?? 1}: did not find expected node content`
      return `yaml:${where} did not find expected key`
    default:
      return `yaml:${where} ${error.message.split('\n')[0]}`
  }
}

function collectDuplicates(node: Node, lines: LineCounter, found: string[]): void {
  if (isAlias(node)) return
  if (isSeq(node)) for (const item of node.items) collectDuplicates(item as Node, lines, found)
  if (!isMap(node)) return
  const seen = new Set<unknown>()
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? key.value : key
    if (seen.has(name) && isScalar(key) && key.range) {
      found.push(`  line ${lines.linePos(key.range[0]).line}: key ${JSON.stringify(name)} already set in map`)
    }
    seen.add(name)
    if (value) collectDuplicates(value as Node, lines, found)
  }
}

function toJson(value: unknown): unknown {
  if (value instanceof Map) {
    const object: JsonObject = {}
    // Go writes maps with sorted keys, so the first of several errors is the first in that order
    for (const [key, item] of [...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)))
      object[String(key)] = toJson(item)
    return object
  }
  if (Array.isArray(value)) return value.map(toJson)
  if (typeof value === 'bigint') return new NumberText(String(value))
  return typeof value === 'number' && !Number.isInteger(value) ? new NumberText(String(value)) : value
}
