import { nameIsDNSSubdomain } from '../../../../../shared/api/names.ts'
import type { DeviceClass, DeviceClassSpec } from '../../../../../shared/api/types/resource-v1.ts'
import { type FieldError, invalid } from '../../machinery/field-error.ts'
import { semanticallyEqual } from '../../registry/json-value.ts'
import { isExtendedResource } from '../pod/resource-names.ts'
import type { KindStrategy } from '../strategy.ts'
import { checkConfiguration, checkItems, checkSelectors, MAX_CONFIGS } from './device-rules.ts'

export const deviceClassStrategy: KindStrategy<DeviceClass> = {
  // Newer rules count bytes where older ones say characters.
  validateName: (name, prefix) =>
    nameIsDNSSubdomain(name, prefix).map((why) => why.replace(/^(must be no more than \d+) characters$/, '$1 bytes')),
  validate: ({ spec }) => classErrors(spec ?? {}, { isStored: false }),
  validateUpdate: ({ spec }, old) =>
    classErrors(spec ?? {}, { isStored: semanticallyEqual(spec?.config, old.spec?.config) }),
}

function classErrors(spec: DeviceClassSpec, stored: { readonly isStored: boolean }): FieldError[] {
  const { selectors, config, extendedResourceName: name } = spec
  const errors: FieldError[] = []
  checkSelectors(errors, 'spec.selectors', selectors)
  checkItems(errors, 'spec.config', config, {
    max: MAX_CONFIGS,
    check: ({ opaque }, path) => checkConfiguration(errors, path, opaque, stored),
  })
  if (name !== undefined && !isExtendedResource(name)) {
    errors.push(invalid('spec.extendedResourceName', name, 'must be a valid extended resource name'))
  }
  return errors
}
