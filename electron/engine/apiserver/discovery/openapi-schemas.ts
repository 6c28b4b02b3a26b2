import typesJson from '../../../../shared/api/facts/types.json' with { type: 'json' }

interface FieldFact {
  readonly n: string
  readonly t: string
  readonly r?: number
  readonly p?: number
  readonly o?: string
  readonly d?: unknown
  readonly e?: string
  readonly ps?: string
  readonly pk?: string
  readonly lt?: string
  readonly lk?: readonly string[]
  readonly mt?: string
}

interface TypeFact {
  readonly gvk?: readonly string[]
  readonly mt?: string
  readonly f: readonly FieldFact[]
}

const facts = typesJson as unknown as {
  readonly enums: Readonly<Record<string, readonly string[]>>
  readonly types: Readonly<Record<string, TypeFact>>
}

export type Schema = Record<string, unknown>

const SCALARS: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  int: { type: 'integer', format: 'int32' },
  uint32: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  duration: { type: 'string' },
  any: { type: 'object' },
  schema: { type: 'object' },
}

/** Scalars that Kubernetes publishes as named schemas. */
const NAMED: Readonly<Record<string, readonly [name: string, schema: Schema]>> = {
  time: ['io.k8s.apimachinery.pkg.apis.meta.v1.Time', { type: 'string', format: 'date-time' }],
  microTime: ['io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime', { type: 'string', format: 'date-time' }],
  quantity: ['io.k8s.apimachinery.pkg.api.resource.Quantity', { oneOf: [{ type: 'string' }, { type: 'number' }] }],
  intOrString: [
    'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  ],
  rawExtension: ['io.k8s.apimachinery.pkg.runtime.RawExtension', { type: 'object' }],
  fieldsV1: ['io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1', { type: 'object' }],
  json: ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON', {}],
  schemaOrBool: ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool', {}],
  schemaOrArray: ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray', {}],
  schemaOrStringArray: ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray', {}],
}

/** How the documents of OpenAPI 3 and Swagger 2 refer to a named schema. */
export type RefStyle = 'v3' | 'v2'

/** The schemas of the named types and of all that they refer to, sorted by name. */
export function schemasOf(roots: Iterable<string>, style: RefStyle): Record<string, Schema> {
  const found = new Map<string, Schema>()
  const open = [...roots]
  const refer = (name: string): Schema => {
    if (!found.has(name)) open.push(name)
    const ref = { $ref: `#/${style === 'v3' ? 'components/schemas' : 'definitions'}/${name}` }
    return ref
  }
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue
    const scalar = Object.values(NAMED).find(([own]) => own === name)
    const fact = facts.types[name]
    if (scalar) found.set(name, style === 'v3' ? scalar[1] : v2Scalar(scalar[1]))
    else if (fact) found.set(name, objectSchema(fact, refer, style))
    else found.set(name, { type: 'object' })
  }
  return Object.fromEntries([...found].sort(([left], [right]) => (left < right ? -1 : 1)))
}

function v2Scalar({ oneOf: _oneOf, ...schema }: Schema): Schema {
  return _oneOf ? { type: 'string', ...schema } : schema
}

function objectSchema(fact: TypeFact, refer: (name: string) => Schema, style: RefStyle): Schema {
  const properties: Record<string, Schema> = {}
  for (const field of fact.f) properties[field.n] = fieldSchema(field, refer, style)
  const required = fact.f.filter(({ r }) => r).map(({ n }) => n)
  const kinds = (fact.gvk ?? []).filter((gvk) => !gvk.startsWith('*')).map(groupVersionKind)
  return {
    type: 'object',
    ...(fact.f.length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
    ...(kinds.length > 0 ? { 'x-kubernetes-group-version-kind': kinds } : {}),
    ...(fact.mt ? { 'x-kubernetes-map-type': fact.mt } : {}),
  }
}

function groupVersionKind(gvk: string): { group: string; version: string; kind: string } {
  const parts = gvk.split('/')
  const kind = parts.pop() ?? ''
  const version = parts.pop() ?? ''
  return { group: parts.join('/'), version, kind }
}

function fieldSchema(field: FieldFact, refer: (name: string) => Schema, style: RefStyle): Schema {
  const base = typeSchema(field.t, refer)
  const extra: Schema = {
    ...(defaultOf(field) === undefined ? {} : { default: defaultOf(field) }),
    ...(field.lk ? { 'x-kubernetes-list-map-keys': field.lk } : {}),
    ...(field.lt ? { 'x-kubernetes-list-type': field.lt } : {}),
    ...(field.mt ? { 'x-kubernetes-map-type': field.mt } : {}),
    ...(field.pk ? { 'x-kubernetes-patch-merge-key': field.pk } : {}),
    ...(field.ps ? { 'x-kubernetes-patch-strategy': field.ps } : {}),
  }
  const values = field.e === undefined ? undefined : facts.enums[field.e]
  if (values && base.type === 'string') extra.enum = values
  if (Object.keys(extra).length === 0) return base
  return '$ref' in base && style === 'v3' ? { allOf: [base], ...extra } : { ...base, ...extra }
}

function defaultOf(field: FieldFact): unknown {
  if (field.d !== undefined) return field.d
  return field.t.startsWith('#') && !field.p && field.r ? {} : undefined
}

function typeSchema(type: string, refer: (name: string) => Schema): Schema {
  if (type.startsWith('[m]')) return { type: 'array', items: typeSchema(type.slice(3), refer) }
  if (type.startsWith('[]')) return { type: 'array', items: typeSchema(type.slice(2), refer) }
  if (type.startsWith('{}')) return { type: 'object', additionalProperties: typeSchema(type.slice(2), refer) }
  if (type.startsWith('#')) return refer(type.slice(1))
  const named = NAMED[type]
  return named ? refer(named[0]) : (SCALARS[type] ?? {})
}
