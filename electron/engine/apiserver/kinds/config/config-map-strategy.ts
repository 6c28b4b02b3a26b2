import { configMapKey } from '../../../../../shared/api/names.ts'
import type { ConfigMap } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, invalid, tooLong } from '../../machinery/field-error.ts'
import type { KindStrategy } from '../strategy.ts'
import { immutableErrors, MAX_DATA_BYTES } from './immutable-data.ts'

export const configMapStrategy: KindStrategy<ConfigMap> = {
  validate,
  validateUpdate: (config, old) => [...immutableErrors(config, old, ['data', 'binaryData']), ...validate(config)],
}

function validate({ data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const errors: FieldError[] = []
  let bytes = 0
  for (const [name, text] of Object.entries(data)) {
    const path = `data[${name}]`
    errors.push(...configMapKey(name).map((why) => invalid(path, name, why)))
    if (Object.hasOwn(binaryData, name)) errors.push(invalid(path, name, 'duplicate of key present in binaryData'))
    bytes += Buffer.byteLength(text)
  }
  for (const [name, base64] of Object.entries(binaryData)) {
    errors.push(...configMapKey(name).map((why) => invalid(`binaryData[${name}]`, name, why)))
    bytes += Buffer.byteLength(base64, 'base64')
  }
  // The error is about the whole object: an empty path, which prints so.
  return bytes > MAX_DATA_BYTES ? [...errors, tooLong('[]', MAX_DATA_BYTES)] : errors
}
