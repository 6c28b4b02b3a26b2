import goTypes from '../../../../shared/api/facts/go-types.json' with { type: 'json' }
import currentFacts from '../../../../shared/api/facts/types.json' with { type: 'json' }
import legacyFacts from '../../../../shared/api/facts/types-legacy.json' with { type: 'json' }
import schedulerFacts from '../../../../shared/api/facts/types-scheduler-config.json' with { type: 'json' }
import { invariant } from '../../../../shared/lang/invariant.ts'

/**
 * The API types of Kubernetes v1.36 as facts.
 * - Lazy: a type is built when first asked for, then shared; all of it is immutable.
 * - Complete: every field's JSON name, Go type, omit rules, patch and apply rules and protobuf number.
 * - Recursive types refer to each other through getters, so building one builds only one.
 */
export type ScalarName =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'int'
  | 'uint32'
  | 'double'
  | 'bytes'
  | 'time'
  | 'microTime'
  | 'duration'
  | 'quantity'
  | 'intOrString'
  | 'rawExtension'
  | 'fieldsV1'
  | 'json'
  | 'schema'
  | 'schemaOrBool'
  | 'schemaOrArray'
  | 'schemaOrStringArray'
  | 'any'

export type ValueType =
  | { readonly form: 'scalar'; readonly scalar: ScalarName; readonly goType: string }
  | { readonly form: 'object'; readonly object: ObjectType; readonly goType: string }
  | { readonly form: 'list'; readonly element: ValueType; readonly goType: string; readonly wrapped: boolean }
  | { readonly form: 'map'; readonly element: ValueType; readonly goType: string }

export interface Field {
  readonly name: string
  /** How Go's errors name it: after the struct that it is embedded with ("ProbeHandler.httpGet"). */
  readonly goPath: string
  readonly type: ValueType
  readonly required: boolean
  /** A Go pointer: a zero value is then different from an absent one. */
  readonly pointer: boolean
  readonly omitEmpty: boolean
  readonly omitZero: boolean
  readonly default: unknown
  /** Name of the enum of its leaf, for `enumValues`. */
  readonly enum: string | undefined
  readonly patchStrategies: readonly string[]
  readonly patchMergeKey: string | undefined
  readonly listType: 'atomic' | 'set' | 'map' | undefined
  readonly listMapKeys: readonly string[]
  readonly mapType: 'atomic' | 'granular' | undefined
  /** Field numbers from the outer message inwards, wire letter (b, v, f) and whether it repeats. */
  readonly protobuf: { readonly path: readonly number[]; readonly wire: string; readonly repeated: boolean } | undefined
}

export interface ObjectType {
  /** "io.k8s.api.apps.v1.Deployment". */
  readonly name: string
  /** "Deployment", as Go's errors name the struct. */
  readonly goName: string
  readonly fields: readonly Field[]
  readonly byName: ReadonlyMap<string, Field>
  readonly mapType: 'atomic' | 'granular' | undefined
  /** Fields that are written even when absent: everything without an effective omitempty. */
  readonly alwaysWritten: readonly Field[]
}

export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

interface FieldFact {
  n: string
  t: string
  r?: number
  p?: number
  o?: string
  d?: unknown
  e?: string
  ps?: string
  pk?: string
  lt?: string
  lk?: string[]
  mt?: string
  pb?: string
}
interface TypeFact {
  gvk?: string[]
  mt?: string
  f: FieldFact[]
}
interface Facts {
  enums: Record<string, string[]>
  types: Record<string, TypeFact>
}

const current = currentFacts as unknown as Facts
const legacy = legacyFacts as unknown as Facts
/** A file's kind: no API serves it. */
const schedulerConfig = schedulerFacts as unknown as Facts
const goNames = goTypes as unknown as Record<'fields' | 'embedded', Record<string, Record<string, string>>>
const built = new Map<string, ObjectType>()
let namesByKind: Map<string, string> | undefined

/** The type of a kind, with `group` "" for core; undefined for kinds that are not built in. */
export function typeOf({ group, version, kind }: GroupVersionKind): ObjectType | undefined {
  namesByKind ??= indexKinds()
  const name = namesByKind.get(`${group}/${version}/${kind}`) ?? namesByKind.get(`*/*/${kind}`)
  return name === undefined ? undefined : objectType(name)
}

/** The type of an OpenAPI name; throws for unknown ones. */
export function objectType(name: string): ObjectType {
  let type = built.get(name)
  if (type === undefined) {
    const fact = current.types[name] ?? legacy.types[name] ?? schedulerConfig.types[name]
    invariant(fact, `no facts for type ${name}`)
    type = build(name, fact)
    built.set(name, type)
  }
  return type
}

/** "group/Version" keys of a kind's apiVersion text. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/')
  if (slash < 0) return { group: '', version: apiVersion }
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

function indexKinds(): Map<string, string> {
  const index = new Map<string, string>()
  for (const facts of [legacy, current]) {
    for (const [name, type] of Object.entries(facts.types)) for (const gvk of type.gvk ?? []) index.set(gvk, name)
  }
  return index
}

function build(name: string, fact: TypeFact): ObjectType {
  const names = goNames.fields[name] ?? {}
  const embedded = goNames.embedded[name] ?? {}
  const fields = fact.f.map((field) => buildField(field, names[field.n], embedded[field.n]))
  let always: readonly Field[] | undefined
  return {
    name,
    goName: name.slice(name.lastIndexOf('.') + 1),
    fields,
    byName: new Map(fields.map((field) => [field.name, field])),
    mapType: fact.mt as ObjectType['mapType'],
    get alwaysWritten() {
      always ??= fields.filter(isAlwaysWritten)
      return always
    },
  }
}

function buildField(fact: FieldFact, goType: string | undefined, embedded: string | undefined): Field {
  return {
    name: fact.n,
    goPath: embedded === undefined ? fact.n : `${embedded}.${fact.n}`,
    type: valueType(fact.t, goType),
    required: fact.r === 1,
    pointer: fact.p === 1,
    omitEmpty: fact.o?.includes('e') ?? false,
    omitZero: fact.o?.includes('z') ?? false,
    default: fact.d,
    enum: fact.e,
    patchStrategies: fact.ps?.split(',') ?? [],
    patchMergeKey: fact.pk,
    listType: fact.lt as Field['listType'],
    listMapKeys: fact.lk ?? [],
    mapType: fact.mt as Field['mapType'],
    protobuf: fact.pb === undefined ? undefined : protobufOf(fact.pb),
  }
}

function protobufOf(text: string): NonNullable<Field['protobuf']> {
  const repeated = text.endsWith('*')
  const body = repeated ? text.slice(0, -1) : text
  return { path: body.slice(0, -1).split('/').map(Number), wire: body.slice(-1), repeated }
}

/** encoding/json's omitempty never omits a struct. */
function isAlwaysWritten({ omitEmpty, omitZero, pointer, type }: Field): boolean {
  if (omitZero) return false
  return !omitEmpty || (!pointer && isStruct(type))
}

const STRUCT_SCALARS: ReadonlySet<string> = new Set([
  'time',
  'microTime',
  'duration',
  'quantity',
  'intOrString',
  'rawExtension',
  'fieldsV1',
  'json',
  'schemaOrBool',
  'schemaOrArray',
  'schemaOrStringArray',
])

export function isStruct(type: ValueType): boolean {
  return type.form === 'object' || (type.form === 'scalar' && STRUCT_SCALARS.has(type.scalar))
}

const GO_SCALARS: Readonly<Record<string, string>> = {
  double: 'float64',
  bytes: '[]uint8',
  time: 'v1.Time',
  microTime: 'v1.MicroTime',
  duration: 'v1.Duration',
  quantity: 'resource.Quantity',
  intOrString: 'intstr.IntOrString',
  rawExtension: 'runtime.RawExtension',
  fieldsV1: 'v1.FieldsV1',
  json: 'v1.JSON',
  schema: 'v1.JSONSchemaProps',
  any: 'interface {}',
}

/** A type from its fact ("[]#io.k8s…Container"); `goType` is given where the fact cannot tell Go's name of it. */
export function valueType(fact: string, goType?: string): ValueType {
  if (fact.startsWith('[]') || fact.startsWith('[m]')) {
    const wrapped = fact.startsWith('[m]')
    const element = valueType(fact.slice(wrapped ? 3 : 2), goType?.startsWith('[]') ? goType.slice(2) : undefined)
    return { form: 'list', element, wrapped, goType: goType ?? `[]${element.goType}` }
  }
  if (fact.startsWith('{}')) {
    const own = goType?.startsWith('map[string]') ? goType.slice('map[string]'.length) : undefined
    const element = valueType(fact.slice(2), own)
    return { form: 'map', element, goType: goType ?? `map[string]${element.goType}` }
  }
  if (!fact.startsWith('#'))
    return { form: 'scalar', scalar: fact as ScalarName, goType: goType ?? GO_SCALARS[fact] ?? fact }
  const name = fact.slice(1)
  return {
    form: 'object',
    goType: goType ?? name.split('.').slice(-2).join('.'),
    get object() {
      return objectType(name)
    },
  }
}
