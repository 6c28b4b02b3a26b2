import { ownMember } from '../../../../shared/lang/own-member.ts'
/** A pattern that Go's regular expressions refuse, with Go's own reason. */
export class GoPatternError extends Error {}

const CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}
const SYNTAX = '^$\\.*+?()[]{}|/'
const WHITE = '\\t\\n\\f\\r '

/**
 * A pattern of Go's syntax (RE2), as schemas have them, as an expression of this language. What both know is kept; what
 * is spelled otherwise (leading flags, named groups, POSIX classes, text anchors, loose braces) is translated.
 */
export function compileGoPattern(pattern: string): RegExp {
  const [, flags = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? []
  const body = flags === '' ? pattern : pattern.slice(flags.length + 3)
  const source = translate(body, flags.includes('s'))
  try {
    return new RegExp(source, `u${flags}`)
  } catch {
    throw new GoPatternError(reason(pattern))
  }
}

function translate(pattern: string, dotAll: boolean): string {
  let result = ''
  for (let at = 0; at < pattern.length; ) {
    const rest = pattern.slice(at)
    const [from, to] = step(rest, dotAll)
    result += to
    at += from
  }
  return result
}

/** How much of the pattern comes next, and what stands for it here. */
function step(rest: string, dotAll: boolean): [length: number, translated: string] {
  if (rest.startsWith('\\')) return escaped(rest, false)
  if (rest.startsWith('[')) return bracket(rest)
  if (rest.startsWith('(?P<')) return [4, '(?<']
  const lookaround = /^\(\?(<?[=!])/.exec(rest)
  if (lookaround) throw new GoPatternError(`invalid or unsupported Perl syntax: \`(?${lookaround[1]}\``)
  const repeat = /^\{\d+(,\d*)?\}/.exec(rest)
  if (repeat) return [repeat[0].length, repeat[0]]
  const [first = ''] = rest
  if (first === '.' && !dotAll) return [1, '[^\\n]']
  return [first.length, '{}]'.includes(first) ? `\\${first}` : first]
}

function escaped(rest: string, inClass: boolean): [number, string] {
  const [, next = ''] = [...rest.slice(0, 3)]
  if (next === '') throw new GoPatternError('trailing backslash at end of expression: ``')
  if (next === 'A' && !inClass) return [2, '(?<![\\s\\S])']
  if (next === 'z' && !inClass) return [2, '(?![\\s\\S])']
  if (next === 's') return [2, inClass ? WHITE : `[${WHITE}]`]
  if (next === 'S' && !inClass) return [2, `[^${WHITE}]`]
  if (next === 'a') return [2, '\\x07']
  const code = /^\\x\{([0-9A-Fa-f]+)\}/.exec(rest)
  if (code) return [code[0].length, `\\u{${code[1]}}`]
  const short = /^\\([pP])([A-Z])/.exec(rest)
  if (short) return [3, `\\${short[1]}{${short[2]}}`]
  if (/[1-9]/.test(next)) throw new GoPatternError(`invalid escape sequence: \`\\${next}\``)
  if (/[0-9A-Za-z]/.test(next)) return [2, `\\${next}`]
  return [1 + next.length, SYNTAX.includes(next) || (inClass && next === '-') ? `\\${next}` : next]
}

/** One class in brackets, which may hold named ones. */
function bracket(rest: string): [number, string] {
  const negated = rest.startsWith('[^')
  let result = negated ? '[^' : '['
  const start = result.length
  for (let at = start; at < rest.length; ) {
    const left = rest.slice(at)
    const posix = /^\[:(\^?)(\w+):\]/.exec(left)
    if (posix) {
      const members = ownMember(CLASSES, posix[2] as string)
      if (members === undefined || posix[1]) throw new GoPatternError(`invalid character class range: \`${posix[0]}\``)
      result += members
      at += posix[0].length
    } else if (left.startsWith('\\')) {
      const [length, text] = escaped(left, true)
      result += text
      at += length
    } else if (left.startsWith(']') && at > start) return [at + 1, `${result}]`]
    else {
      const [first = ''] = left
      result += '[]{}()|/'.includes(first) ? `\\${first}` : first
      at += first.length
    }
  }
  throw new GoPatternError(`missing closing ]: \`${rest}\``)
}

/** Go's word for what this language refuses as well. */
function reason(pattern: string): string {
  const plain = pattern.replaceAll(/\\.|\[(?:\\.|[^\]])*\]/g, '')
  const open = plain.split('(').length - plain.split(')').length
  if (open > 0) return `missing closing ): \`${pattern}\``
  if (open < 0) return `unexpected ): \`${pattern}\``
  const nested = /[*+?]{2,}/.exec(plain)?.[0]
  if (nested) return `invalid nested repetition operator: \`${nested}\``
  const lone = /(?:^|[(|])([*+?])/.exec(plain)?.[1]
  if (lone) return `missing argument to repetition operator: \`${lone}\``
  const [range] = /\w-\w/.exec(pattern) ?? []
  return range ? `invalid character class range: \`${range}\`` : `invalid escape sequence: \`${pattern}\``
}
