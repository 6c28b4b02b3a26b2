/**
 * resource.Quantity: exact decimal amounts with Kubernetes' parsing, rounding and canonical text.
 * - Values are immutable; parsing is remembered, so the same few texts of a cluster cost one map lookup.
 * - Exact: the amount is `mantissa * 10^scale`; nothing below one nano exists (parsing rounds away from zero).
 * - `isDecimal` says that Go would hold an inf.Dec instead of an int64; it only shows in how overflow behaves.
 */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

export interface Quantity {
  readonly mantissa: bigint
  readonly scale: number
  readonly format: QuantityFormat
  readonly isDecimal: boolean
  /** The text it came from where Go keeps that as the canonical one ("+1", "1e+03"). */
  readonly text?: string
}

export const QUANTITY_FORMAT_ERROR =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const SUFFIX_ERROR = "unable to parse quantity's suffix"
const NUMERIC_ERROR = 'unable to parse numeric part of quantity'

const NANO = -9
const MAX_INT64 = 2n ** 63n - 1n
const MIN_INT64 = -(2n ** 63n)
const INT64_DIGITS = 18
const DECIMAL_SUFFIXES: Readonly<Record<string, number>> = {
  '': 0,
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const BINARY_SUFFIXES: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }
const SUFFIX_OF_EXPONENT = new Map(Object.entries(DECIMAL_SUFFIXES).map(([suffix, exponent]) => [exponent, suffix]))
const SUFFIX_OF_BITS = new Map(Object.entries(BINARY_SUFFIXES).map(([suffix, bits]) => [bits, suffix]))

export const ZERO_QUANTITY: Quantity = { mantissa: 0n, scale: 0, format: 'DecimalSI', isDecimal: false, text: '0' }

const REMEMBERED_TEXTS = 4096
const remembered = new Map<string, Quantity>()

/** The quantity, or the error text as Go words it. */
export function tryParseQuantity(text: string): Quantity | string {
  const known = remembered.get(text)
  if (known !== undefined) return known
  const parsed = parse(text)
  if (typeof parsed !== 'string') {
    if (remembered.size >= REMEMBERED_TEXTS) remembered.clear()
    remembered.set(text, parsed)
  }
  return parsed
}

/** For texts that were validated before; throws on others. */
export function parseQuantity(text: string): Quantity {
  const parsed = tryParseQuantity(text)
  if (typeof parsed === 'string') throw new Error(`${parsed}: ${text}`)
  return parsed
}

/** NewQuantity, and with scale -3 NewMilliQuantity. */
export function quantity(value: number | bigint, format: QuantityFormat = 'DecimalSI', scale = 0): Quantity {
  return { mantissa: BigInt(value), scale, format, isDecimal: false }
}

interface Parts {
  readonly positive: boolean
  /** Digits before the point without leading zeros, at least "0". */
  readonly whole: string
  readonly fraction: string
  readonly suffix: string
}

const DIGITS = /[0-9]*/y
const SUFFIX = /[eEinumkKMGTP]*[-+]?[0-9]*$/y

function split(text: string): Parts | undefined {
  let position = text[0] === '-' || text[0] === '+' ? 1 : 0
  const run = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position
    const found = pattern.exec(text)?.[0]
    position += found?.length ?? 0
    return found
  }
  const whole = (run(DIGITS) ?? '').replace(/^0+/, '') || '0'
  let fraction = ''
  if (text[position] === '.') {
    position++
    fraction = run(DIGITS) ?? ''
  }
  const suffix = run(SUFFIX)
  return suffix === undefined ? undefined : { positive: text[0] !== '-', whole, fraction, suffix }
}

function parse(text: string): Quantity | string {
  if (text === '0') return ZERO_QUANTITY
  const parts = text === '' ? undefined : split(text)
  if (parts === undefined) return QUANTITY_FORMAT_ERROR
  const unit = interpretSuffix(parts.suffix)
  if (unit === undefined) return SUFFIX_ERROR
  return parseInt64(text, parts, unit) ?? parseDecimal(parts, unit)
}

interface Unit {
  readonly format: QuantityFormat
  /** Of ten, or of two for BinarySI. */
  readonly exponent: number
}

function interpretSuffix(suffix: string): Unit | undefined {
  const decimal = DECIMAL_SUFFIXES[suffix]
  if (decimal !== undefined) return { format: 'DecimalSI', exponent: decimal }
  const bits = BINARY_SUFFIXES[suffix]
  if (bits !== undefined) return { format: 'BinarySI', exponent: bits }
  return /^[eE][-+]?[0-9]+$/.test(suffix)
    ? { format: 'DecimalExponent', exponent: Number(suffix.slice(1)) | 0 }
    : undefined
}

/** The way of amounts that fit an int64 with room: they alone may keep their text. */
function parseInt64(text: string, { positive, whole, fraction }: Parts, unit: Unit): Quantity | undefined {
  const binary = unit.format === 'BinarySI'
  const precision = binary
    ? fraction === ''
      ? 15 - whole.length - Math.trunc((unit.exponent * 3) / 10) - 1
      : -1
    : INT64_DIGITS - whole.length - fraction.length
  const scale = binary ? 0 : unit.exponent - fraction.length
  if (precision < 0 || scale < NANO) return undefined
  const digits = whole + fraction
  const value = BigInt(digits)
  const amount = binary ? value << BigInt(unit.exponent) : value
  if (amount > MAX_INT64) return undefined
  const keepsText = binary ? (value & 7n) !== 0n : scale % 3 === 0 && !digits.endsWith('000') && digits[0] !== '0'
  const base = { mantissa: positive ? amount : -amount, scale, format: unit.format, isDecimal: false }
  return keepsText ? { ...base, text } : base
}

function parseDecimal({ positive, whole, fraction }: Parts, unit: Unit): Quantity | string {
  if (whole.length + fraction.length > 1000) return NUMERIC_ERROR
  let mantissa = BigInt(whole + fraction)
  let scale = -fraction.length
  let format = unit.format
  if (format === 'BinarySI') mantissa <<= BigInt(unit.exponent)
  else scale += unit.exponent
  if (mantissa !== 0n) {
    mantissa = rescale(mantissa, scale, NANO)
    scale = NANO
  }
  if (format === 'BinarySI') {
    const limit = MAX_INT64 * pow10(-scale)
    if (mantissa > limit) {
      mantissa = MAX_INT64
      scale = 0
    }
    if (mantissa > 0n && mantissa < pow10(-scale)) format = 'DecimalSI'
  }
  return { mantissa: positive ? mantissa : -mantissa, scale, format, isDecimal: true }
}

/** CanonicalizeBytes, or the kept text. */
export function canonicalText(q: Quantity): string {
  if (q.text !== undefined) return q.text
  if (q.mantissa === 0n) return '0'
  if (q.format === 'BinarySI' && !isBelow1024(q)) {
    const whole = rescale(q.mantissa, q.scale, 0)
    if (rescale(whole, 0, Math.min(q.scale, 0)) === rescale(q.mantissa, q.scale, Math.min(q.scale, 0))) {
      const [amount, times] = removeFactors(whole, 1024n)
      return `${amount}${SUFFIX_OF_BITS.get(times * 10) ?? ''}`
    }
  }
  const [factored, times] = removeFactors(q.mantissa, 10n)
  let amount = factored
  let exponent = q.scale + times
  for (; exponent % 3 !== 0; exponent--) amount *= 10n
  if (q.format === 'DecimalExponent') return exponent === 0 ? `${amount}` : `${amount}e${exponent}`
  return `${amount}${SUFFIX_OF_EXPONENT.get(exponent) ?? ''}`
}

function isBelow1024(q: Quantity): boolean {
  const limit = quantity(1024)
  return compareQuantities(q, limit) < 0 && compareQuantities(q, quantity(-1024)) > 0
}

/** Value(): whole units, rounded up (away from zero); exact up to 2^53. */
export function quantityValue(q: Quantity): number {
  return Number(scaledValue(q, 0))
}

/** MilliValue(): thousandths, rounded up. */
export function quantityMilliValue(q: Quantity): number {
  return Number(scaledValue(q, -3))
}

/** ScaledValue: the amount in units of 10^scale as an int64, wrapping where Go's wraps. */
export function scaledValue(q: Quantity, scale: number): bigint {
  const difference = scale - q.scale
  if (!q.isDecimal) {
    const value = rescale(q.mantissa, q.scale, scale)
    return value > MAX_INT64 || value < MIN_INT64 ? 0n : value
  }
  if (difference <= 0) return BigInt.asIntN(64, BigInt.asIntN(64, q.mantissa) * pow10(-difference))
  const divisor = pow10(difference)
  if (q.mantissa < MAX_INT64 && difference < 19) {
    const unscaled = BigInt.asIntN(64, q.mantissa)
    return unscaled / divisor + (unscaled % divisor === 0n ? 0n : 1n)
  }
  const result = q.mantissa / divisor
  return BigInt.asIntN(64, result) + (q.mantissa % divisor === 0n ? 0n : 1n)
}

/** AsInt64: undefined where Go says that it has none. */
export function quantityInt64(q: Quantity): bigint | undefined {
  if (q.isDecimal || q.scale < 0) return undefined
  const value = q.mantissa * pow10(q.scale)
  return value > MAX_INT64 || value < MIN_INT64 ? undefined : value
}

/** AsApproximateFloat64. */
export function quantityFloat(q: Quantity): number {
  return q.scale === 0 ? Number(q.mantissa) : Number(q.mantissa) * Number(`1e${q.scale}`)
}

export function quantitySign(q: Quantity): -1 | 0 | 1 {
  return q.mantissa === 0n ? 0 : q.mantissa < 0n ? -1 : 1
}

export function compareQuantities(a: Quantity, b: Quantity): -1 | 0 | 1 {
  const scale = Math.min(a.scale, b.scale)
  const left = a.mantissa * pow10(a.scale - scale)
  const right = b.mantissa * pow10(b.scale - scale)
  return left === right ? 0 : left < right ? -1 : 1
}

export function addQuantities(a: Quantity, b: Quantity): Quantity {
  const scale = a.mantissa === 0n ? b.scale : b.mantissa === 0n ? a.scale : Math.min(a.scale, b.scale)
  const mantissa = rescale(a.mantissa, a.scale, scale) + rescale(b.mantissa, b.scale, scale)
  const overflow = mantissa > MAX_INT64 || mantissa < MIN_INT64
  const format = a.mantissa === 0n ? b.format : a.format
  return { mantissa, scale, format, isDecimal: a.isDecimal || b.isDecimal || overflow }
}

export function subtractQuantities(a: Quantity, b: Quantity): Quantity {
  return addQuantities(a, negateQuantity(b))
}

export function negateQuantity(q: Quantity): Quantity {
  return { mantissa: -q.mantissa, scale: q.scale, format: q.format, isDecimal: q.isDecimal }
}

/** RoundUp: no digits below 10^scale, away from zero. */
export function roundUpQuantity(q: Quantity, scale: number): { result: Quantity; exact: boolean } {
  if (!q.isDecimal && q.scale >= scale) return { result: q, exact: true }
  const result = { mantissa: rescale(q.mantissa, q.scale, scale), scale, format: q.format, isDecimal: q.isDecimal }
  return { result, exact: compareQuantities(result, q) === 0 }
}

/** The mantissa at another scale; digits that fall off round away from zero. */
function rescale(mantissa: bigint, from: number, to: number): bigint {
  if (from >= to) return mantissa * pow10(from - to)
  const divisor = pow10(to - from)
  const result = mantissa / divisor
  if (mantissa % divisor === 0n) return result
  return mantissa > 0n ? result + 1n : result - 1n
}

function removeFactors(value: bigint, base: bigint): [amount: bigint, times: number] {
  let amount = value
  let times = 0
  while (amount % base === 0n) {
    amount /= base
    times++
  }
  return [amount, times]
}

const POWERS = Array.from({ length: 40 }, (_, exponent) => 10n ** BigInt(exponent))

function pow10(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent)
}
