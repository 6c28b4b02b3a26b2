import { ownMember } from '../../../../shared/lang/own-member.ts'

/** One step of a JSON path: a member or an index, or all items where a member has a value. */
type Step =
  | { readonly type: 'member'; readonly name: string }
  | { readonly type: 'all' }
  | { readonly type: 'where'; readonly path: readonly string[]; readonly equals: string }

const TOKEN =
  /\.((?:[^.[\]\\]|\\.)+)|\['([^']*)'\]|\["([^"]*)"\]|\[(\d+|\*)\]|\[\?\(@\.([\w.-]+)\s*==\s*['"]([^'"]*)['"]\)\]/y

/** The simple JSON paths of printer columns and scale: members, indexes, `[*]` and `[?(@.a=="b")]`. */
export function compileJsonPath(text: string): (value: unknown) => unknown[] {
  const steps = parse(text.startsWith('.') || text.startsWith('[') ? text : `.${text}`)
  return (value) =>
    steps === undefined ? [] : steps.reduce<unknown[]>((values, step) => values.flatMap(follow(step)), [value])
}

/** The path of plain members, for reading and setting one value; undefined for any other path. */
export function memberPath(text: string): string[] | undefined {
  const names: string[] = []
  for (const step of parse(text) ?? []) {
    if (step.type !== 'member') return undefined
    names.push(step.name)
  }
  return names.length === 0 ? undefined : names
}

function parse(text: string): Step[] | undefined {
  const steps: Step[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text)
    if (found === null) return undefined
    const [, member, single, double, index, path, equals] = found
    if (path !== undefined) steps.push({ type: 'where', path: path.split('.'), equals: equals ?? '' })
    else if (index === '*') steps.push({ type: 'all' })
    else
      steps.push({ type: 'member', name: member?.replaceAll(/\\(.)/g, '$1') ?? single ?? double ?? (index as string) })
  }
  return steps
}

function follow(step: Step): (value: unknown) => unknown[] {
  return (value) => {
    if (typeof value !== 'object' || value === null) return []
    if (step.type === 'all') return Object.values(value)
    if (step.type === 'where')
      return Object.values(value).filter((item) => String(read(item, step.path)) === step.equals)
    const found = ownMember(value as Record<string, unknown>, step.name)
    return found === undefined ? [] : [found]
  }
}

function read(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => ownMember(at as Record<string, unknown> | null | undefined, name), value)
}
