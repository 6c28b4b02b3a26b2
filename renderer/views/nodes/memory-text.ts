import { quantityValue, tryParseQuantity } from '../../../shared/api/quantity.ts'

const MIB = 1024 ** 2
const GIB = 1024 ** 3

/** "7.6 GiB": bytes as people read them. */
export function memoryText(bytes: number): string {
  return bytes >= GIB ? `${(bytes / GIB).toFixed(1)} GiB` : `${Math.round(bytes / MIB)} MiB`
}

/** The same for a quantity's text; "" where there is none. */
export function quantityBytesText(quantity: string | undefined): string {
  if (quantity === undefined) return ''
  const parsed = tryParseQuantity(quantity)
  return typeof parsed === 'string' ? quantity : memoryText(quantityValue(parsed))
}
