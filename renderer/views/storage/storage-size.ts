import { quantityValue, tryParseQuantity } from '../../../shared/api/quantity.ts'

/** Bytes of a quantity, for the order of a column; 0 where there is none. */
export function storageBytes(quantity: string | undefined): number {
  const parsed = tryParseQuantity(quantity ?? '0')
  return typeof parsed === 'string' ? 0 : quantityValue(parsed)
}
