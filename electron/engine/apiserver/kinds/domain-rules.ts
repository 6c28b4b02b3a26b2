import { dns1123Label, dns1123Subdomain } from '../../../../shared/api/names.ts'
import { type FieldError, invalid, required } from '../machinery/field-error.ts'

/** IsFullyQualifiedDomainName: two labels at least, and a dot may end it. */
export function fullDomainErrors(path: string, name: string): FieldError[] {
  if (name === '') return [required(path)]
  const domain = name.replace(/\.$/, '')
  const errors = dns1123Subdomain(domain)
  if (errors.length > 0) return [invalid(path, domain, errors.join(','))]
  const labels = domain.split('.')
  if (labels.length < 2) {
    return [invalid(path, domain, 'should be a domain with at least two segments separated by dots')]
  }
  return labels.flatMap((label) => {
    const found = dns1123Label(label)
    return found.length > 0 ? [invalid(path, label, found.join(','))] : []
  })
}
