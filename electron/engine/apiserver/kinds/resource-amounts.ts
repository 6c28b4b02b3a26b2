import { qualifiedName } from '../../../../shared/api/names.ts'
import { canonicalText, parseQuantity, quantitySign, scaledValue } from '../../../../shared/api/quantity.ts'
import { type FieldError, invalid } from '../machinery/field-error.ts'
import { NOT_NEGATIVE } from './checks.ts'

/** Resources that come in whole pieces. */
const WHOLE: ReadonlySet<string> = new Set([
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
])

/** Of a domain that is not Kubernetes'. */
export function isExtendedResource(name: string): boolean {
  if (!name.includes('/') || name.includes('kubernetes.io/') || name.startsWith('requests.')) return false
  return qualifiedName(`requests.${name}`).length === 0
}

export function isWholeResource(name: string): boolean {
  return WHOLE.has(name) || isExtendedResource(name)
}

/** ValidateResourceQuantityValue. */
export function resourceAmountErrors(path: string, name: string, text: string): FieldError[] {
  const amount = parseQuantity(text)
  const errors: FieldError[] = []
  if (quantitySign(amount) < 0) errors.push(invalid(path, canonicalText(amount), NOT_NEGATIVE))
  if (isWholeResource(name) && scaledValue(amount, -3) % 1000n !== 0n) {
    errors.push(invalid(path, canonicalText(amount), 'must be an integer'))
  }
  return errors
}
