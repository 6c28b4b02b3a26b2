import { goQuote } from './go-text.ts'

/** intstr.IntOrString as it is in JSON. */
export type IntOrString = number | string

/** intstr.Parse: a text that is a 32-bit integer becomes a number. */
export function parseIntOrString(text: string): IntOrString {
  const value = atoi(text)
  return value !== undefined && value >= -(2 ** 31) && value < 2 ** 31 ? value : text
}

/** IntValue: the number, or the text read as one, or 0. */
export function intValue(value: IntOrString): number {
  return typeof value === 'number' ? value : (atoi(value) ?? 0)
}

/** GetScaledValueFromIntOrPercent; a text that is no percentage answers the error in Go's words. */
export function scaledIntOrPercent(value: IntOrString, total: number, roundUp: boolean): number | { error: string } {
  if (typeof value === 'number') return value
  if (!value.endsWith('%')) return { error: 'invalid value for IntOrString: invalid type: string is not a percentage' }
  const digits = value.slice(0, -1)
  const percent = atoi(digits)
  if (percent === undefined) {
    const reason = `strconv.Atoi: parsing ${goQuote(digits)}: invalid syntax`
    return { error: `invalid value for IntOrString: invalid value ${goQuote(value)}: ${reason}` }
  }
  const scaled = (percent * total) / 100
  // + 0 turns the -0 of rounding into 0
  return (roundUp ? Math.ceil(scaled) : Math.floor(scaled)) + 0
}

function atoi(text: string): number | undefined {
  return /^[-+]?[0-9]+$/.test(text) ? Number(text) : undefined
}
