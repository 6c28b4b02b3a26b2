import { goQuote } from '../../../../../shared/api/go-text.ts'
import { dns1123Label, dns1123Subdomain } from '../../../../../shared/api/names.ts'
import { type FieldError, invalid, required, tooLong } from '../../machinery/field-error.ts'

const MAX_DOMAIN = 253
/** A label, a subdomain and the dot between them. */
const MAX_PATH = 253 + 63 + 1

/** ValidateSignerName: a domain and a path, such as "example.com/signer-name". */
export function signerNameErrors(path: string, signerName: string): FieldError[] {
  if (signerName === '') return [required(path)]
  const [domain = '', name = '', ...more] = signerName.split('/')
  if (!signerName.includes('/') || more.length > 0) {
    const why = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
    return [invalid(path, signerName, why)]
  }
  const errors: FieldError[] = []
  const labels = (text: string, rule: (label: string) => string[]) => {
    for (const label of text.split('.')) {
      for (const why of rule(label)) errors.push(invalid(path, text, `validating label ${goQuote(label)}: ${why}`))
    }
  }
  if (domain.length > MAX_DOMAIN) errors.push(tooLong(path, MAX_DOMAIN))
  labels(domain, dns1123Label)
  if (!domain.includes('.')) {
    errors.push(invalid(path, domain, 'should be a domain with at least two segments separated by dots'))
  }
  labels(name, dns1123Subdomain)
  const max = MAX_DOMAIN + MAX_PATH + 1
  if (signerName.length > max) errors.push(tooLong(path, max))
  return errors
}
