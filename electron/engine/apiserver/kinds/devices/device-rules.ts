import {
  cIdentifier,
  dns1123Label,
  dns1123Subdomain,
  labelValue,
  qualifiedName,
} from '../../../../../shared/api/names.ts'
import type {
  DeviceSelector,
  DeviceToleration,
  OpaqueDeviceConfiguration,
} from '../../../../../shared/api/types/resource-v1.ts'
import {
  duplicate,
  type FieldError,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../../machinery/field-error.ts'
import { checkName } from '../checks.ts'
import { checkCSIDriverName } from '../pod/validate-volume-sources.ts'

/** Rules that the kinds of resource.k8s.io share (pkg/apis/resource/validation). */

export const MAX_REQUESTS = 32
export const MAX_CONFIGS = 32
const MAX_SELECTORS = 32
const MAX_COUNTERS = 32
const MAX_EXPRESSION_BYTES = 10 * 1024
const MAX_PARAMETERS_BYTES = 10 * 1024
const MAX_IDENTIFIER = 32
const MAX_POOL_NAME = 253

interface ItemRules<T> {
  readonly max: number
  check(item: T, path: string): void
  /** What no two items may have in common. */
  keyOf?(item: T): string | undefined
}

/** Of a list that is too long nothing else is said. */
export function checkItems<T>(
  errors: FieldError[],
  path: string,
  items: readonly T[] | undefined | null,
  { max, check, keyOf }: ItemRules<T>,
): void {
  const all = items ?? []
  if (all.length > max) {
    errors.push(tooMany(path, all.length, max))
    return
  }
  for (const [at, item] of all.entries()) check(item, `${path}[${at}]`)
  if (!keyOf) return
  const keys = all.map((item) => keyOf(item) ?? '')
  keys.forEach((key, at) => {
    if (keys.indexOf(key) < at) errors.push(duplicate(`${path}[${at}]`, key))
  })
}

/** The counters that a device has or uses, by name. */
export function checkCounters(errors: FieldError[], path: string, counters: object): void {
  const names = Object.keys(counters)
  if (names.length === 0) errors.push(required(path))
  else if (names.length > MAX_COUNTERS) errors.push(tooMany(path, names.length, MAX_COUNTERS))
  else for (const name of names) checkLabelName(errors, path, name)
}

export function checkSelectors(
  errors: FieldError[],
  path: string,
  selectors: readonly DeviceSelector[] | undefined,
): void {
  checkItems(errors, path, selectors, {
    max: MAX_SELECTORS,
    check({ cel }, own) {
      if (!cel) errors.push(required(`${own}.cel`))
      else if (Buffer.byteLength(cel.expression ?? '') > MAX_EXPRESSION_BYTES) {
        errors.push(tooLong(`${own}.cel.expression`, MAX_EXPRESSION_BYTES))
      }
    },
  })
}

/** validateDeviceConfiguration; `isStored`: what is there already may be longer than what is new. */
export function checkConfiguration(
  errors: FieldError[],
  path: string,
  opaque: OpaqueDeviceConfiguration | undefined,
  { isStored }: { readonly isStored: boolean },
): void {
  const own = `${path}.opaque`
  if (!opaque) {
    errors.push(required(own))
    return
  }
  checkCSIDriverName(errors, `${own}.driver`, opaque.driver)
  const { parameters } = opaque
  if (parameters === undefined || parameters === null) errors.push(required(`${own}.parameters`))
  else if (!isStored && Buffer.byteLength(JSON.stringify(parameters)) > MAX_PARAMETERS_BYTES) {
    errors.push(tooLong(`${own}.parameters`, MAX_PARAMETERS_BYTES))
  } else if (typeof parameters !== 'object' || Array.isArray(parameters)) {
    errors.push(invalid(`${own}.parameters`, '<value omitted>', 'must be a valid JSON object'))
  }
}

export function checkPoolName(errors: FieldError[], path: string, name: string): void {
  if (name === '') {
    errors.push(required(path))
    return
  }
  if (name.length > MAX_POOL_NAME) errors.push(tooLong(path, MAX_POOL_NAME))
  for (const part of name.split('/')) checkName(errors, path, part, dns1123Subdomain)
}

/** validateQualifiedName: an identifier, with the domain of whoever defines it before a slash. */
export function checkQualifiedName(errors: FieldError[], path: string, name: string): void {
  const [first = '', second, ...more] = name.split('/')
  if (second === undefined) checkIdentifier(errors, path, first)
  else if (more.length > 0) return
  else {
    if (first === '') errors.push(invalid(path, '', 'the domain must not be empty'))
    else checkCSIDriverName(errors, path, first)
    if (second === '') errors.push(invalid(path, '', 'the name must not be empty'))
    else checkIdentifier(errors, path, second)
  }
}

export function checkFullyQualifiedName(errors: FieldError[], path: string, name: string): void {
  checkQualifiedName(errors, path, name)
  if (name.includes('/')) return
  errors.push(invalid(path, name, 'a fully qualified name must be a domain and a name separated by a slash'))
}

function checkIdentifier(errors: FieldError[], path: string, name: string): void {
  if (name.length > MAX_IDENTIFIER) errors.push(tooLong(path, MAX_IDENTIFIER))
  checkName(errors, path, name, cIdentifier)
}

export function checkLabelName(errors: FieldError[], path: string, name: string): void {
  checkName(errors, path, name, dns1123Label)
}

const OPERATORS = ['Equal', 'Exists']
const EFFECTS = ['NoExecute', 'NoSchedule', 'None']

export function checkEffect(errors: FieldError[], path: string, effect: string): void {
  if (!EFFECTS.includes(effect)) errors.push(notSupported(path, effect, EFFECTS))
}

export function checkToleration(errors: FieldError[], path: string, toleration: DeviceToleration): void {
  const { key = '', operator = '', value = '', effect = '' } = toleration
  if (key !== '') checkName(errors, `${path}.key`, key, qualifiedName)
  if (operator === '') errors.push(required(`${path}.operator`))
  else if (!OPERATORS.includes(operator)) errors.push(notSupported(`${path}.operator`, operator, OPERATORS))
  else if (operator === 'Equal') checkName(errors, `${path}.value`, value, labelValue)
  else if (value !== '') errors.push(invalid(`${path}.value`, value, 'must be empty for operator `Exists`'))
  if (effect !== '') checkEffect(errors, `${path}.effect`, effect)
}
