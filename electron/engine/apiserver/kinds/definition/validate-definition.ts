import { dns1035Label, dns1123Subdomain } from '../../../../../shared/api/names.ts'
import type {
  CustomResourceColumnDefinition,
  CustomResourceConversion,
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  JSONSchemaProps,
} from '../../../../../shared/api/types/apiextensions-v1.ts'
import { someSchema } from '../../custom/some-schema.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { equalJson } from '../../registry/json-value.ts'
import { webhookUrlErrors } from '../webhook-client-rules.ts'
import { schemaErrors } from './validate-schema.ts'
import { selectableErrors } from './validate-selectable.ts'

const SCOPES = ['Cluster', 'Namespaced']
const STRATEGIES = ['None', 'Webhook']
const REVIEW_VERSIONS = ['v1', 'v1beta1']
const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']

/** ValidateCustomResourceDefinition, but for rules in the Common Expression Language. */
export function definitionErrors({ spec, status }: CustomResourceDefinition): FieldError[] {
  return [...specErrors(spec), ...storedVersionErrors(status?.storedVersions ?? [], spec?.versions ?? [])]
}

function specErrors(spec: CustomResourceDefinitionSpec): FieldError[] {
  const { group = '', scope = '', names = { plural: '', kind: '' }, conversion } = spec
  const versions = spec.versions ?? []
  const errors: FieldError[] = []
  if (group === '') errors.push(required('spec.group'))
  else {
    const wrong = dns1123Subdomain(group)
    if (wrong.length > 0) errors.push(invalid('spec.group', group, wrong.join(',')))
    else if (!group.includes('.')) errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'))
  }
  if (scope === '') errors.push(required('spec.scope'))
  else if (!SCOPES.includes(scope)) errors.push(notSupported('spec.scope', scope, SCOPES))
  if (spec.preserveUnknownFields) {
    const message =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'
    errors.push(invalid('spec.preserveUnknownFields', true, message))
    if (versions.some(({ schema }) => hasDefault(schema?.openAPIV3Schema))) {
      const defaults = 'must be false in order to use defaults in the schema'
      errors.push(invalid('spec.preserveUnknownFields', true, defaults))
    }
  }
  errors.push(...versionsErrors(versions, spec.versions ?? null))
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) {
    if (!names[field]) errors.push(required(`spec.names.${field}`))
  }
  errors.push(...namesErrors(names), ...sharedErrors(versions))
  return conversion ? [...errors, ...conversionErrors(conversion)] : errors
}

function hasDefault(schema: JSONSchemaProps | undefined): boolean {
  return someSchema(schema, (part) => part.default !== undefined)
}

function versionsErrors(versions: readonly CustomResourceDefinitionVersion[], given: unknown): FieldError[] {
  const errors: FieldError[] = []
  versions.forEach((version, at) => {
    const path = `spec.versions[${at}]`
    if (!version.schema?.openAPIV3Schema) errors.push(required(`${path}.schema.openAPIV3Schema`))
  })
  versions.forEach((version, at) => {
    const path = `spec.versions[${at}]`
    const wrong = dns1035Label(version.name ?? '')
    if (wrong.length > 0) {
      errors.push(invalid(`${path}.name`, version.name ?? '', wrong.join(',')))
      // The first one also stands where definitions had their only version.
      if (at === 0 && version.name) errors.push(invalid('spec.version', version.name ?? '', wrong.join(',')))
    }
    if (version.deprecationWarning !== undefined && !version.deprecated) {
      const message = 'can only be set for deprecated versions'
      errors.push(invalid(`${path}.deprecationWarning`, version.deprecationWarning, message))
    }
    if (!isShared(versions)) errors.push(...servedErrors(version, path, `${path}.schema.openAPIV3Schema`))
  })
  const named = versions.map(({ name }) => name)
  if (new Set(named).size < named.length) {
    errors.push(invalid('spec.versions', versions, 'must contain unique version names'))
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    errors.push(invalid('spec.versions', given, 'must have exactly one version marked as storage version'))
  }
  return errors
}

/** What all versions have in common is looked at once, and named by the definition's own members. */
function sharedErrors(versions: readonly CustomResourceDefinitionVersion[]): FieldError[] {
  const [first] = versions
  if (first === undefined || !isShared(versions)) return []
  return servedErrors(first, 'spec', 'spec.validation.openAPIV3Schema')
}

function isShared(versions: readonly CustomResourceDefinitionVersion[]): boolean {
  const served = ({
    schema,
    subresources,
    additionalPrinterColumns,
    selectableFields,
  }: CustomResourceDefinitionVersion) => ({
    schema,
    subresources,
    additionalPrinterColumns,
    selectableFields,
  })
  return versions.every((version) => equalJson(served(version), served(versions[0] as CustomResourceDefinitionVersion)))
}

/** How one version's objects are checked, changed in part and listed. */
function servedErrors(version: CustomResourceDefinitionVersion, path: string, schemaPath: string): FieldError[] {
  const { schema, subresources, additionalPrinterColumns = [] } = version
  const root = schema?.openAPIV3Schema
  return [
    ...(root ? schemaErrors(root, schemaPath, { statusEnabled: subresources?.status !== undefined }) : []),
    ...(subresources ? subresourceErrors(subresources, `${path}.subresources`) : []),
    ...selectableErrors(version.selectableFields ?? [], root, `${path}.selectableFields`),
    ...additionalPrinterColumns.flatMap((column, at) =>
      columnErrors(column, `${path}.additionalPrinterColumns[${at}]`),
    ),
  ]
}

function namesErrors(names: CustomResourceDefinitionNames): FieldError[] {
  const errors: FieldError[] = []
  const label = (path: string, value: string | undefined, before = '') => {
    const wrong = value === undefined ? [] : dns1035Label(before === '' ? value : value.toLowerCase())
    if (wrong.length > 0) errors.push(invalid(path, value, before + wrong.join(',')))
  }
  const mixed = 'may have mixed case, but should otherwise match: '
  label('spec.names.plural', names.plural || undefined)
  label('spec.names.singular', names.singular || undefined)
  label('spec.names.kind', names.kind || undefined, mixed)
  label('spec.names.listKind', names.listKind || undefined, mixed)
  names.shortNames?.forEach((name, at) => {
    label(`spec.names.shortNames[${at}]`, name)
  })
  if (names.kind && names.kind === names.listKind) {
    errors.push(invalid('spec.names.listKind', names.listKind, 'kind and listKind may not be the same'))
  }
  names.categories?.forEach((name, at) => {
    label(`spec.names.categories[${at}]`, name)
  })
  return errors
}

const SIMPLE_PATH = 'must be a simple json path starting with .'

function subresourceErrors({ scale }: CustomResourceSubresources, path: string): FieldError[] {
  if (!scale) return []
  const errors: FieldError[] = []
  const check = (field: keyof typeof scale, root: string, needed: boolean) => {
    const value = scale[field] ?? ''
    const own = `${path}.scale.${field}`
    if (value === '') {
      if (needed) errors.push(required(own))
    } else if (!isSimplePath(value)) errors.push(invalid(own, value, SIMPLE_PATH))
    else if (root !== '' && !value.startsWith(`${root}.`)) {
      errors.push(invalid(own, value, `should be a json path under ${root}`))
    }
  }
  check('specReplicasPath', '.spec', true)
  check('statusReplicasPath', '.status', true)
  const selector = scale.labelSelectorPath
  if (selector !== undefined && selector !== '') {
    if (!isSimplePath(selector)) errors.push(invalid(`${path}.scale.labelSelectorPath`, selector, SIMPLE_PATH))
    else if (!/^\.(spec|status)\./.test(selector)) {
      const message = 'should be a json path under either .status or .spec'
      errors.push(invalid(`${path}.scale.labelSelectorPath`, selector, message))
    }
  }
  return errors
}

function isSimplePath(path: string): boolean {
  return /^(\.[A-Za-z_][\w-]*|\['[^']+'\]|\[\d+\])+$/.test(path) && path.startsWith('.')
}

function columnErrors(column: CustomResourceColumnDefinition, path: string): FieldError[] {
  const { name, type, format, jsonPath } = column
  const errors: FieldError[] = []
  if (!name) errors.push(required(`${path}.name`))
  if (!type) errors.push(required(`${path}.type`, `must be one of ${COLUMN_TYPES.join(',')}`))
  else if (!COLUMN_TYPES.includes(type)) {
    errors.push(invalid(`${path}.type`, type, `must be one of ${COLUMN_TYPES.join(',')}`))
  }
  if (format && !COLUMN_FORMATS.includes(format)) {
    errors.push(invalid(`${path}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`))
  }
  if (!jsonPath) errors.push(required(`${path}.JSONPath`))
  else if (!jsonPath.startsWith('.')) errors.push(invalid(`${path}.JSONPath`, jsonPath, SIMPLE_PATH))
  return errors
}

/** ValidateCustomResourceConversion; the internal form calls the webhook's members by other names. */
function conversionErrors({ strategy, webhook }: CustomResourceConversion): FieldError[] {
  const path = 'spec.conversion'
  const errors: FieldError[] = []
  if (!strategy) errors.push(required(`${path}.strategy`))
  else if (!STRATEGIES.includes(strategy)) errors.push(notSupported(`${path}.strategy`, strategy, STRATEGIES))
  const config = `${path}.webhookClientConfig`
  const versions = webhook?.conversionReviewVersions ?? []
  if (strategy !== 'Webhook') {
    const message = 'should not be set when strategy is not set to Webhook'
    if (webhook?.clientConfig) errors.push(forbidden(config, message))
    if (versions.length > 0) errors.push(forbidden(`${path}.conversionReviewVersions`, message))
    return errors
  }
  if (!webhook?.clientConfig) errors.push(required(config, 'required when strategy is set to Webhook'))
  else {
    const { url, service } = webhook.clientConfig
    if ((url === undefined) === (service === undefined)) {
      errors.push(required(config, 'exactly one of url or service is required'))
    } else if (url !== undefined) errors.push(...webhookUrlErrors(`${config}.url`, url))
  }
  const own = `${path}.conversionReviewVersions`
  if (versions.length === 0) errors.push(required(own))
  else if (!versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    errors.push(invalid(own, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`))
  }
  return errors
}

function storedVersionErrors(
  stored: readonly string[],
  versions: readonly CustomResourceDefinitionVersion[],
): FieldError[] {
  if (stored.length === 0) return [invalid('status.storedVersions', null, 'must have at least one stored version')]
  return stored.flatMap((version, at) => {
    if (versions.some(({ name }) => name === version)) return []
    const why =
      `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until ` +
      `a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`
    return [invalid(`status.storedVersions[${at}]`, version, why)]
  })
}
