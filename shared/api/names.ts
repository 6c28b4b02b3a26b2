/**
 * The name rules of k8s.io/apimachinery's validation package. Every function answers what is wrong, in Kubernetes' words;
 * an empty list means that the value is fine. Lengths count UTF-8 bytes, as Go's do.
 */

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const WILDCARD = `\\*\\.${SUBDOMAIN}`
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const LABEL_VALUE = `(${QUALIFIED})?`
const CONFIG_KEY = '[-._a-zA-Z0-9]+'
const ENV_NAME = '[-._a-zA-Z][-._a-zA-Z0-9]*'
const HEADER = '[-A-Za-z0-9]+'
const PERCENT = '[0-9]+%'
const C_IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*'

interface Rule {
  readonly pattern: RegExp
  readonly message: string
}

/** RegexError: the rule, its examples and its expression. */
function rule(expression: string, message: string, ...examples: string[]): Rule {
  const given = examples.map((example) => `'${example}'`).join(',  or ')
  return {
    pattern: new RegExp(`^${expression}$`),
    message: `${message} (e.g. ${given}, regex used for validation is '${expression}')`,
  }
}

const RULES = {
  label: rule(
    LABEL,
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
    'my-name',
    '123-abc',
  ),
  subdomain: rule(
    SUBDOMAIN,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    'example.com',
  ),
  label1035: rule(
    LABEL_1035,
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    'my-name',
    'abc-123',
  ),
  wildcard: rule(
    WILDCARD,
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    '*.example.com',
  ),
  qualified: rule(
    QUALIFIED,
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    'MyName',
    'my.name',
    '123-abc',
  ),
  labelValue: rule(
    LABEL_VALUE,
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    'MyValue',
    'my_value',
    '12345',
  ),
  configKey: rule(
    CONFIG_KEY,
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    'key.name',
    'KEY_NAME',
    'key-name',
  ),
  envName: rule(
    ENV_NAME,
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
    'my.env-name',
    'MY_ENV.NAME',
    'MyEnvName1',
  ),
  header: rule(HEADER, "a valid HTTP header must consist of alphanumeric characters or '-'", 'X-Header-Name'),
  percent: rule(PERCENT, "a valid percent string must be a numeric string followed by an ending '%'", '1%', '93%'),
  cIdentifier: rule(
    C_IDENTIFIER,
    "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
    'my_name',
    'MY_NAME',
    'MyName',
  ),
} as const

export function dns1123Label(value: string): string[] {
  const errors = tooLong(value, 63, 'characters')
  if (RULES.label.pattern.test(value)) return errors
  return [...errors, RULES.subdomain.pattern.test(value) ? 'must not contain dots' : RULES.label.message]
}

export function dns1123Subdomain(value: string): string[] {
  return [...tooLong(value, 253, 'characters'), ...mismatch(RULES.subdomain, value)]
}

export function dns1035Label(value: string): string[] {
  return [...tooLong(value, 63, 'characters'), ...mismatch(RULES.label1035, value)]
}

export function wildcardDNS1123Subdomain(value: string): string[] {
  return [...tooLong(value, 253, 'characters'), ...mismatch(RULES.wildcard, value)]
}

/** Label and annotation keys, finalizers, resource names: an optional "prefix/" and a name. */
export function qualifiedName(value: string): string[] {
  const parts = value.split('/')
  if (parts.length > 2) {
    return [
      `a valid label key ${RULES.qualified.message} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]
  }
  const name = parts.at(-1) as string
  const errors: string[] = []
  if (parts.length === 2) {
    const [prefix = ''] = parts
    if (prefix === '') errors.push('prefix part must be non-empty')
    else
      errors.push(
        ...tooLong(prefix, 253, 'bytes').map((message) => `prefix part ${message}`),
        ...mismatch(RULES.subdomain, prefix).map((message) => `prefix part ${message}`),
      )
  }
  if (name === '') errors.push('name part must be non-empty')
  else errors.push(...tooLong(name, 63, 'bytes').map((message) => `name part ${message}`))
  return [...errors, ...mismatch(RULES.qualified, name).map((message) => `name part ${message}`)]
}

export function labelValue(value: string): string[] {
  return [...tooLong(value, 63, 'bytes'), ...mismatch(RULES.labelValue, value)]
}

/** Keys of ConfigMaps and Secrets. */
export function configMapKey(value: string): string[] {
  return [...tooLong(value, 253, 'characters'), ...mismatch(RULES.configKey, value), ...directoryPrefix(value)]
}

export function envVarName(value: string): string[] {
  return [...mismatch(RULES.envName, value), ...directoryPrefix(value)]
}

export function portName(value: string): string[] {
  const errors = tooLong(value, 15, 'characters')
  if (!/^[-a-z0-9]+$/.test(value)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)')
  if (value.includes('--')) errors.push('must not contain consecutive hyphens')
  if (value.startsWith('-') || value.endsWith('-')) errors.push('must not begin or end with a hyphen')
  return errors
}

export function portNumber(value: number): string[] {
  return value >= 1 && value <= 65535 ? [] : ['must be between 1 and 65535, inclusive']
}

export function httpHeaderName(value: string): string[] {
  return mismatch(RULES.header, value)
}

export function percent(value: string): string[] {
  return mismatch(RULES.percent, value)
}

export function cIdentifier(value: string): string[] {
  return mismatch(RULES.cIdentifier, value)
}

/** Object names that are DNS subdomains; with `prefix` the value is a generateName, which may end in a dash. */
export function nameIsDNSSubdomain(value: string, prefix: boolean): string[] {
  return dns1123Subdomain(prefix ? withoutTrailingDash(value) : value)
}

export function nameIsDNSLabel(value: string, prefix: boolean): string[] {
  return dns1123Label(prefix ? withoutTrailingDash(value) : value)
}

export function nameIsDNS1035Label(value: string, prefix: boolean): string[] {
  return dns1035Label(prefix ? withoutTrailingDash(value) : value)
}

/** Names that only have to fit into a URL path (RBAC objects). */
export function pathSegmentName(value: string, prefix = false): string[] {
  if (!prefix && (value === '.' || value === '..')) return [`may not be '${value}'`]
  return ['/', '%'].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`)
}

function withoutTrailingDash(value: string): string {
  return value.length > 1 && value.endsWith('-') ? `${value.slice(0, -2)}a` : value
}

function mismatch({ pattern, message }: Rule, value: string): string[] {
  return pattern.test(value) ? [] : [message]
}

function tooLong(value: string, max: number, unit: 'characters' | 'bytes'): string[] {
  return value.length > max || byteLength(value) > max ? [`must be no more than ${max} ${unit}`] : []
}

function byteLength(value: string): number {
  let bytes = value.length
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1
  }
  return bytes
}

function directoryPrefix(value: string): string[] {
  if (value === '.' || value === '..') return [`must not be '${value}'`]
  return value.startsWith('..') ? ["must not start with '..'"] : []
}
