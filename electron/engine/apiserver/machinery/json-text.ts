import { setMember } from '../../../../shared/lang/set-member.ts'

/**
 * JSON as Go's encoding/json reads it.
 * - Errors have Go's words; a character is named as its first UTF-8 byte, as Go names it.
 * - Repeated keys are remembered (the last value wins), numbers that a double cannot show exactly keep their text.
 */

/** A number whose text matters: with a fraction or exponent, or too large to be exact. */
export class NumberText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type JsonObject = Record<string, unknown>

export interface ParsedJson {
  readonly value: unknown
  /** For objects with repeated keys: those keys. */
  readonly duplicates: ReadonlyMap<JsonObject, readonly string[]> | undefined
}

export class JsonSyntaxError extends Error {}

const MAX_DEPTH = 10_000
const SPACE = 32
const QUOTE = 34
const BACKSLASH = 92

export function parseJson(text: string): ParsedJson {
  const parser = new JsonParser(text)
  const value = parser.parse()
  return { value, duplicates: parser.duplicates }
}

/** Replaces number texts by numbers in place (frozen values have none): for values that no schema looks into. */
export function plainJson(value: unknown): unknown {
  if (value instanceof NumberText) return Number(value.text)
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const plain = plainJson(value[i])
      if (plain !== value[i]) value[i] = plain
    }
  } else if (typeof value === 'object' && value !== null) {
    const object = value as JsonObject
    for (const key in object) {
      const own = object[key]
      if (typeof own !== 'object') continue
      const plain = plainJson(own)
      if (plain !== own) object[key] = plain
    }
  }
  return value
}

/** A private copy with numbers instead of number texts. */
export function plainCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof NumberText) return Number(value.text)
  if (Array.isArray(value)) return value.map(plainCopy)
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, own]) => (own === undefined ? [] : [[key, plainCopy(own)]])),
  )
}

class JsonParser {
  readonly #text: string
  #at = 0
  #depth = 0
  duplicates: Map<JsonObject, string[]> | undefined

  constructor(text: string) {
    this.#text = text
  }

  parse(): unknown {
    const value = this.#value()
    this.#skipSpace()
    if (this.#at < this.#text.length) this.#fail('after top-level value')
    return value
  }

  #skipSpace(): number {
    const text = this.#text
    for (;;) {
      const code = text.charCodeAt(this.#at)
      if (code !== SPACE && code !== 10 && code !== 13 && code !== 9) return code
      this.#at++
    }
  }

  #value(): unknown {
    const code = this.#skipSpace()
    if (code === QUOTE) return this.#string()
    if (code === 123) return this.#object()
    if (code === 91) return this.#array()
    if (code === 45 || (code >= 48 && code <= 57)) return this.#number()
    if (code === 116) return this.#literal('true', true)
    if (code === 102) return this.#literal('false', false)
    if (code === 110) return this.#literal('null', null)
    return this.#fail('looking for beginning of value')
  }

  #object(): JsonObject {
    this.#enter()
    const object: JsonObject = {}
    if (this.#skipSpace() === 125) return this.#leave(object)
    for (;;) {
      if (this.#skipSpace() !== QUOTE) this.#fail('looking for beginning of object key string')
      const key = this.#string()
      if (this.#skipSpace() !== 58) this.#fail('after object key')
      this.#at++
      const value = this.#value()
      if (Object.hasOwn(object, key)) this.#duplicate(object, key)
      setMember(object, key, value)
      const code = this.#skipSpace()
      if (code === 125) return this.#leave(object)
      if (code !== 44) this.#fail('after object key:value pair')
      this.#at++
    }
  }

  #array(): unknown[] {
    this.#enter()
    const array: unknown[] = []
    if (this.#skipSpace() === 93) return this.#leave(array)
    for (;;) {
      array.push(this.#value())
      const code = this.#skipSpace()
      if (code === 93) return this.#leave(array)
      if (code !== 44) this.#fail('after array element')
      this.#at++
    }
  }

  #enter(): void {
    this.#at++
    if (++this.#depth > MAX_DEPTH) throw new JsonSyntaxError('exceeded max depth')
  }

  #leave<T>(value: T): T {
    this.#at++
    this.#depth--
    return value
  }

  #duplicate(object: JsonObject, key: string): void {
    this.duplicates ??= new Map()
    const known = this.duplicates.get(object)
    if (known === undefined) this.duplicates.set(object, [key])
    else known.push(key)
  }

  #string(): string {
    const text = this.#text
    const start = this.#at + 1
    let at = start
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) break
      if (code === BACKSLASH) return this.#escapedString(start, at)
      if (!(code >= SPACE)) {
        this.#at = at
        this.#fail('in string literal')
      }
      at++
    }
    this.#at = at + 1
    return text.slice(start, at)
  }

  #escapedString(start: number, firstEscape: number): string {
    const text = this.#text
    let out = text.slice(start, firstEscape)
    let at = firstEscape
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) break
      if (!(code >= SPACE)) {
        this.#at = at
        this.#fail('in string literal')
      }
      if (code !== BACKSLASH) {
        out += text[at++]
        continue
      }
      const escaped = text[at + 1]
      if (escaped === 'u') {
        out += String.fromCharCode(this.#hex(at + 2))
        at += 6
        continue
      }
      const plain = escaped === undefined ? undefined : ESCAPES[escaped]
      if (plain === undefined) {
        this.#at = at + 1
        this.#fail('in string escape code')
      }
      out += plain
      at += 2
    }
    this.#at = at + 1
    return out.toWellFormed()
  }

  #hex(start: number): number {
    let value = 0
    for (let at = start; at < start + 4; at++) {
      const digit = Number.parseInt(this.#text[at] ?? '', 16)
      if (Number.isNaN(digit)) {
        this.#at = at
        this.#fail('in \\u hexadecimal character escape')
      }
      value = value * 16 + digit
    }
    return value
  }

  #number(): number | NumberText {
    const text = this.#text
    const start = this.#at
    let at = start
    if (text.charCodeAt(at) === 45) at++
    let value = 0
    const digits = at
    for (let code = text.charCodeAt(at); code >= 48 && code <= 57; code = text.charCodeAt(++at)) {
      value = value * 10 + (code - 48)
      if (at === digits && code === 48) {
        at++
        break
      }
    }
    this.#at = at
    if (at === digits) this.#fail('in numeric literal')
    const next = text.charCodeAt(at)
    if (next !== 46 && next !== 101 && next !== 69 && value <= Number.MAX_SAFE_INTEGER) {
      return text.charCodeAt(start) === 45 ? (value === 0 ? 0 : -value) : value
    }
    if (next === 46) {
      this.#at++
      this.#digits('after decimal point in numeric literal')
    }
    const exponent = text.charCodeAt(this.#at)
    if (exponent === 101 || exponent === 69) {
      this.#at++
      const sign = text.charCodeAt(this.#at)
      if (sign === 43 || sign === 45) this.#at++
      this.#digits('in exponent of numeric literal')
    }
    return new NumberText(text.slice(start, this.#at))
  }

  #digits(context: string): void {
    const start = this.#at
    for (let code = this.#text.charCodeAt(start); code >= 48 && code <= 57; code = this.#text.charCodeAt(++this.#at)) {}
    if (this.#at === start) this.#fail(context)
  }

  #literal<T>(word: string, value: T): T {
    for (const expected of word) {
      if (this.#text[this.#at] !== expected) this.#fail(`in literal ${word} (expecting '${expected}')`)
      this.#at++
    }
    return value
  }

  /** At the end of the input Go tries a space: where that is no error, the input was just too short. */
  #fail(context: string): never {
    const code = this.#text.codePointAt(this.#at)
    if (code === undefined && !/^in (?!string literal)|^after decimal/.test(context)) {
      throw new JsonSyntaxError('unexpected end of JSON input')
    }
    throw new JsonSyntaxError(`invalid character ${quoteCharacter(code ?? SPACE)} ${context}`)
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

function quoteCharacter(code: number): string {
  if (code === 39) return "'\\''"
  if (code === QUOTE) return "'\"'"
  const named = new Map([
    [10, '\\n'],
    [13, '\\r'],
    [9, '\\t'],
    [8, '\\b'],
    [12, '\\f'],
    [92, '\\\\'],
    [7, '\\a'],
    [11, '\\v'],
  ]).get(code)
  if (named !== undefined) return `'${named}'`
  if (code < SPACE || code === 127) return `'\\x${code.toString(16).padStart(2, '0')}'`
  if (code < 128) return `'${String.fromCharCode(code)}'`
  const byte = code < 0x800 ? 0xc0 | (code >> 6) : code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18)
  return `'${String.fromCharCode(byte)}'`
}
