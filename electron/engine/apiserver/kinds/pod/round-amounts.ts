import { canonicalText, parseQuantity, roundUpQuantity } from '../../../../../shared/api/quantity.ts'

const MILLI = -3

/** SetDefaults_ResourceList: nothing below a thousandth. */
export function roundAmounts(amounts: Record<string, string> | undefined): void {
  if (amounts === undefined) return
  for (const [name, text] of Object.entries(amounts)) {
    const { result, exact } = roundUpQuantity(parseQuantity(text), MILLI)
    if (!exact) amounts[name] = canonicalText(result)
  }
}
