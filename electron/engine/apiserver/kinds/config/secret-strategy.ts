import { configMapKey } from '../../../../../shared/api/names.ts'
import type { Secret } from '../../../../../shared/api/types/core-v1.ts'
import { ownMember } from '../../../../../shared/lang/own-member.ts'
import { type FieldError, invalid, required, tooLong } from '../../machinery/field-error.ts'
import { JsonSyntaxError, parseJson } from '../../machinery/json-text.ts'
import type { KindStrategy } from '../strategy.ts'
import { immutableErrors, MAX_DATA_BYTES } from './immutable-data.ts'
import { keyPairError } from './tls-key-pair.ts'

export const secretStrategy: KindStrategy<Secret> = {
  defaults(secret) {
    secret.type ||= 'Opaque'
  },
  // stringData is written only: it goes into data.
  prepareCreate: foldStringData,
  prepareUpdate: foldStringData,
  validate,
  validateUpdate(secret, old) {
    const { type } = secret
    const errors = type === old.type ? [] : [invalid('type', type, 'field is immutable')]
    return [...errors, ...immutableErrors(secret, old, ['data']), ...validate(secret)]
  },
  warnings({ type, data }) {
    if (type !== 'kubernetes.io/tls') return []
    const error = keyPairError(bytesOf(data, 'tls.crt'), bytesOf(data, 'tls.key'))
    return error === undefined ? [] : [error]
  },
  selectableFields: ({ type }) => ({ type: type ?? '' }),
}

function foldStringData(secret: Secret): void {
  if (!secret.stringData) return
  const texts = Object.entries(secret.stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')])
  secret.data = { ...secret.data, ...Object.fromEntries(texts) }
  delete secret.stringData
}

function bytesOf(data: Secret['data'], key: string): Buffer {
  return Buffer.from(data?.[key] ?? '', 'base64')
}

function validate(secret: Secret): FieldError[] {
  const { data = {}, type = '' } = secret
  const errors = Object.keys(data).flatMap((key) => configMapKey(key).map((why) => invalid(`data[${key}]`, key, why)))
  const bytes = Object.values(data).reduce((sum, base64) => sum + Buffer.byteLength(base64, 'base64'), 0)
  if (bytes > MAX_DATA_BYTES) errors.push(tooLong('data', MAX_DATA_BYTES))
  return [...errors, ...(ownMember(TYPES, type)?.(secret) ?? [])]
}

const ACCOUNT = 'kubernetes.io/service-account.name'

/** What the known types must contain. */
const TYPES: Readonly<Record<string, (secret: Secret) => FieldError[]>> = {
  'kubernetes.io/service-account-token': ({ metadata }) =>
    metadata.annotations?.[ACCOUNT] ? [] : [required(`metadata.annotations[${ACCOUNT}]`)],
  'kubernetes.io/dockercfg': ({ data }) => jsonErrors('.dockercfg', data),
  'kubernetes.io/dockerconfigjson': ({ data }) => jsonErrors('.dockerconfigjson', data),
  'kubernetes.io/basic-auth': ({ data = {} }) =>
    'username' in data || 'password' in data ? [] : [required('data[username]'), required('data[password]')],
  'kubernetes.io/ssh-auth': ({ data }) => (data?.['ssh-privatekey'] ? [] : [required('data[ssh-privatekey]')]),
  'kubernetes.io/tls': ({ data = {} }) =>
    ['tls.crt', 'tls.key'].filter((key) => !(key in data)).map((key) => required(`data[${key}]`)),
}

const HIDDEN = '<secret contents redacted>'

/** The member must be a JSON object; what is wrong with it is said in Go's words, its contents are not shown. */
function jsonErrors(key: string, data: Secret['data']): FieldError[] {
  const path = `data[${key}]`
  if (data?.[key] === undefined) return [required(path)]
  const error = objectError(bytesOf(data, key).toString('latin1'))
  return error === undefined ? [] : [invalid(path, HIDDEN, error)]
}

function objectError(text: string): string | undefined {
  try {
    const { value } = parseJson(text)
    if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined
    return `json: cannot unmarshal ${goKind(value)} into Go value of type map[string]interface {}`
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message
    throw error
  }
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}
