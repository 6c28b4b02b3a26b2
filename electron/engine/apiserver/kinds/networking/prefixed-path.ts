import { dns1123Subdomain } from '../../../../../shared/api/names.ts'
import { type FieldError, invalid, required } from '../../machinery/field-error.ts'

const PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"
const PATH_PATTERN = new RegExp(`^${PATH}$`)

/** IsDomainPrefixedPath: "example.com/controller". */
export function prefixedPathErrors(path: string, value: string): FieldError[] {
  if (value === '') return [required(path)]
  const slash = value.indexOf('/')
  if (slash <= 0 || slash === value.length - 1) {
    return [invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')]
  }
  const [host, rest] = [value.slice(0, slash), value.slice(slash + 1)]
  const errors = dns1123Subdomain(host).map((why) => invalid(path, host, why))
  if (!PATH_PATTERN.test(rest))
    errors.push(invalid(path, rest, `Invalid path (regex used for validation is '${PATH}')`))
  return errors
}
