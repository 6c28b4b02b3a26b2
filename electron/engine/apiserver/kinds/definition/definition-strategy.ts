import type {
  CustomResourceDefinition,
  CustomResourceDefinitionStatus,
  JSONSchemaProps,
} from '../../../../../shared/api/types/apiextensions-v1.ts'
import { someSchema } from '../../custom/some-schema.ts'
import { type FieldError, invalid, required } from '../../machinery/field-error.ts'
import type { KindStrategy } from '../strategy.ts'
import { definitionErrors } from './validate-definition.ts'

const WEBHOOK_PORT = 443

export const definitionStrategy: KindStrategy<CustomResourceDefinition> = {
  unconditionalUpdate: false,
  defaults({ spec }) {
    if (!spec) return
    const names = spec.names
    if (names?.kind) {
      names.singular ||= names.kind.toLowerCase()
      names.listKind ||= `${names.kind}List`
    }
    spec.conversion ??= { strategy: 'None' }
    const service = spec.conversion.webhook?.clientConfig?.service
    if (service) service.port ??= WEBHOOK_PORT
  },
  prepareCreate(definition) {
    // As Go writes a status that nobody has filled in yet.
    const empty = { conditions: null, acceptedNames: { plural: '', kind: '' } }
    definition.status = empty as unknown as CustomResourceDefinitionStatus
    recordStoredVersion(definition)
  },
  prepareUpdate(definition, _old, _context, subresource) {
    if (subresource !== 'status') recordStoredVersion(definition)
  },
  warnings(definition, old) {
    const known = old ? unknownFormats(old) : []
    return unknownFormats(definition)
      .filter((format) => !known.includes(format))
      .map((format) => `unrecognized format ${JSON.stringify(format)}`)
  },
  // The name has to be that of what is defined, which says more than a name rule could.
  validateName: () => [],
  validate: (definition) => [...nameErrors(definition), ...definitionErrors(definition), ...approvalErrors(definition)],
  validateUpdate(definition, old, _context, subresource) {
    if (subresource === 'status') return []
    return [...definitionErrors(definition), ...changeErrors(definition, old)]
  },
}

/** Formats that are checked or at least known; others say nothing. */
const FORMATS = new Set(
  'bsonobjectid uri hostname ipv4 ipv6 cidr mac uuid uuid3 uuid4 uuid5 isbn isbn10 isbn13 creditcard ssn hexcolor rgbcolor byte password date duration datetime date-time k8s-short-name k8s-long-name int32 int64 float double'.split(
    ' ',
  ),
)

function unknownFormats({ spec }: CustomResourceDefinition): string[] {
  const found = new Set<string>()
  const collect = ({ format }: JSONSchemaProps) => {
    if (format && !FORMATS.has(format)) found.add(format)
    return false
  }
  for (const { schema } of spec?.versions ?? []) someSchema(schema?.openAPIV3Schema, collect)
  return [...found]
}

/** Objects may be stored in the storage version from now on: it stays in the list until a migration takes it out. */
function recordStoredVersion({ spec, status }: CustomResourceDefinition): void {
  if (!status) return
  const stored = status.storedVersions ?? []
  const added = (spec?.versions ?? [])
    .filter(({ name, storage }) => storage && !stored.includes(name))
    .map(({ name }) => name)
  if (added.length > 0) status.storedVersions = [...stored, ...added]
}

const APPROVAL = 'api-approved.kubernetes.io'

/** Groups of Kubernetes itself are only added to with its approval: a link to it, or the word that there is none. */
function approvalErrors({ metadata, spec }: CustomResourceDefinition): FieldError[] {
  const isProtected = /(^|\.)(k8s|kubernetes)\.io$/.test(spec?.group ?? '')
  if (!isProtected) return []
  const approval = metadata.annotations?.[APPROVAL] ?? ''
  const path = `metadata.annotations[${APPROVAL}]`
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111'
  if (approval === '') {
    return [required(path, `protected groups must have approval annotation "${APPROVAL}", ${see}`)]
  }
  if (approval.startsWith('unapproved') || /^[a-z]+:\/\/[^/]+/.test(approval)) return []
  const message = `protected groups must have approval annotation "${APPROVAL}" with either a URL or a reason starting with "unapproved", ${see}`
  return [invalid(path, approval, message)]
}

function nameErrors({ metadata, spec }: CustomResourceDefinition): FieldError[] {
  const expected = `${spec?.names?.plural ?? ''}.${spec?.group ?? ''}`
  const message = 'must be spec.names.plural+"."+spec.group'
  const errors: FieldError[] = []
  if (metadata.generateName && metadata.generateName !== expected) {
    errors.push(invalid('metadata.generateName', metadata.generateName, message))
  }
  if (metadata.name && metadata.name !== expected) errors.push(invalid('metadata.name', metadata.name, message))
  return errors
}

/** What is stored under a name, a scope and a kind stays what it is. */
function changeErrors(definition: CustomResourceDefinition, old: CustomResourceDefinition): FieldError[] {
  const established = old.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True')
  const { group, scope, names } = definition.spec
  const fields: [path: string, value: string, before: string][] = [
    ...(established
      ? ([
          ['spec.scope', scope, old.spec.scope],
          ['spec.names.kind', names.kind, old.spec.names.kind],
        ] as [string, string, string][])
      : []),
    ['spec.group', group, old.spec.group],
    ['spec.names.plural', names.plural, old.spec.names.plural],
  ]
  return fields.flatMap(([path, value, before]) =>
    value === before ? [] : [invalid(path, value, 'field is immutable')],
  )
}
