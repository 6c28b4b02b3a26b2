import type { PodSpec } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, invalid, required } from '../../machinery/field-error.ts'
import { checkIP } from '../checks.ts'

const MAX_NAMESERVERS = 3
const MAX_SEARCHES = 32
const MAX_SEARCH_CHARACTERS = 2048

const LABEL = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const EXPRESSION = `${LABEL}(\\.${LABEL})*`
const SEARCH = new RegExp(`^${EXPRESSION}$`)
const SEARCH_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character"

/** IsDNS1123SubdomainWithUnderscore. */
function searchDomain(value: string): string[] {
  const messages = Buffer.byteLength(value) > 253 ? ['must be no more than 253 characters'] : []
  if (SEARCH.test(value)) return messages
  return [...messages, `${SEARCH_RULE} (e.g. 'example.com', regex used for validation is '${EXPRESSION}')`]
}

/** validatePodDNSConfig. */
export function checkDNSConfig(errors: FieldError[], path: string, { dnsConfig, dnsPolicy }: PodSpec): void {
  if (dnsPolicy === 'None') {
    if (!dnsConfig) {
      errors.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'))
      return
    }
    if (!dnsConfig.nameservers?.length) {
      const message = 'must provide at least one DNS nameserver when `dnsPolicy` is None'
      errors.push(required(`${path}.nameservers`, message))
      return
    }
  }
  if (!dnsConfig) return
  const { nameservers = [], searches = [], options } = dnsConfig
  if (nameservers.length > MAX_NAMESERVERS) {
    const message = `must not have more than ${MAX_NAMESERVERS} nameservers`
    errors.push(invalid(`${path}.nameservers`, nameservers, message))
  }
  nameservers.forEach((nameserver, at) => {
    checkIP(errors, `${path}.nameservers[${at}]`, nameserver)
  })
  checkSearches(errors, `${path}.searches`, searches)
  options?.forEach(({ name }, at) => {
    if (!name) errors.push(required(`${path}.options[${at}]`, 'must not be empty'))
  })
}

function checkSearches(errors: FieldError[], path: string, searches: readonly string[]): void {
  if (searches.length > MAX_SEARCHES) {
    errors.push(invalid(path, searches, `must not have more than ${MAX_SEARCHES} search paths`))
  }
  if (Buffer.byteLength(searches.join(' ')) > MAX_SEARCH_CHARACTERS) {
    const message = `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`
    errors.push(invalid(path, searches, message))
  }
  searches.forEach((search, at) => {
    if (search === '.') return
    const value = search.endsWith('.') ? search.slice(0, -1) : search
    for (const message of searchDomain(value)) errors.push(invalid(`${path}[${at}]`, value, message))
  })
}
