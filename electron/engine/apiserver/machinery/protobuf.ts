import { formatDuration } from '../../../../shared/api/duration.ts'
import { setMember } from '../../../../shared/lang/set-member.ts'
import { convertObject } from './convert.ts'
import { type JsonObject, JsonSyntaxError, parseJson, plainJson } from './json-text.ts'
import { ProtobufError, ProtobufReader } from './protobuf-reader.ts'
import { type Field, type ObjectType, objectType, type ScalarName, type ValueType } from './schema.ts'

/**
 * Protobuf request bodies as Kubernetes writes them: the `k8s\0` envelope around a message whose field numbers the facts
 * know. The result is what the same object is as JSON, canonical as `convertObject` makes it. Unknown fields are skipped.
 */
export interface ProtobufEnvelope {
  readonly apiVersion: string
  readonly kind: string
  readonly raw: Buffer
}

const MAGIC = 'k8s\0'
const JSON_SCHEMA = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'

export function openEnvelope(body: Buffer): ProtobufEnvelope {
  if (body.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) {
    throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]')
  }
  const envelope = { apiVersion: '', kind: '', raw: Buffer.alloc(0) as Buffer }
  const reader = new ProtobufReader(body.subarray(MAGIC.length))
  while (reader.next()) {
    if (reader.field === 1) readTypeMeta(reader.bytes(), envelope)
    else if (reader.field === 2) envelope.raw = reader.bytes()
    else reader.skip()
  }
  return envelope
}

function readTypeMeta(bytes: Buffer, envelope: { apiVersion: string; kind: string }): void {
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.field === 1) envelope.apiVersion = reader.text()
    else if (reader.field === 2) envelope.kind = reader.text()
    else reader.skip()
  }
}

/** The object of an envelope, whose type the caller found by its kind. */
export function decodeProtobuf({ apiVersion, kind, raw }: ProtobufEnvelope, type: ObjectType): JsonObject {
  return convertObject(type, { kind, apiVersion, ...readMessage(type, raw) }).value
}

/** Fields of a message by number; a nested layout stands for a Go struct that JSON inlines. */
type Layout = Map<number, Field | Layout>
const layouts = new WeakMap<ObjectType, Layout>()

function layoutOf(type: ObjectType): Layout {
  let layout = layouts.get(type)
  if (layout !== undefined) return layout
  layout = new Map()
  for (const field of type.fields) {
    if (field.protobuf === undefined) continue
    let level = layout
    const { path } = field.protobuf
    for (const number of path.slice(0, -1)) {
      const known = level.get(number)
      const next: Layout = known instanceof Map ? known : new Map()
      level.set(number, next)
      level = next
    }
    level.set(path.at(-1) as number, field)
  }
  layouts.set(type, layout)
  return layout
}

function readMessage(type: ObjectType, bytes: Buffer): JsonObject {
  const object: JsonObject = {}
  readInto(object, layoutOf(type), bytes)
  return object
}

function readInto(object: JsonObject, layout: Layout, bytes: Buffer): void {
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    const target = layout.get(reader.field)
    if (target === undefined) reader.skip()
    else if (target instanceof Map) readInto(object, target, reader.bytes())
    else readField(object, target, reader)
  }
}

function readField(object: JsonObject, { name, type }: Field, reader: ProtobufReader): void {
  if (type.form === 'list' && !type.wrapped) {
    object[name] ??= []
    const list = object[name] as unknown[]
    list.push(readValue(type.element, reader))
  } else if (type.form === 'map') {
    object[name] ??= {}
    const map = object[name] as JsonObject
    readEntry(map, type.element, reader.bytes())
  } else object[name] = readValue(type, reader)
}

function readEntry(map: JsonObject, element: ValueType, bytes: Buffer): void {
  const reader = new ProtobufReader(bytes)
  let key = ''
  let value: unknown = null
  while (reader.next()) {
    if (reader.field === 1) key = reader.text()
    else if (reader.field === 2) value = readValue(element, reader)
    else reader.skip()
  }
  setMember(map, key, value)
}

function readValue(type: ValueType, reader: ProtobufReader): unknown {
  if (type.form === 'object') return readMessage(type.object, reader.bytes())
  if (type.form === 'scalar') return readScalar(type.scalar, reader)
  if (type.form === 'map') throw new ProtobufError('proto: a map of maps cannot be')
  // a list that Go names as a type of its own is a message with one repeated field
  const inner = new ProtobufReader(reader.bytes())
  const items: unknown[] = []
  while (inner.next()) {
    if (inner.field === 1) items.push(readValue(type.element, inner))
    else inner.skip()
  }
  return items
}

function readScalar(scalar: ScalarName, reader: ProtobufReader): unknown {
  switch (scalar) {
    case 'string':
      return reader.text()
    case 'bool':
      return reader.int() !== 0
    case 'int32':
    case 'int64':
    case 'int':
    case 'uint32':
      return reader.int()
    case 'double':
      return reader.double()
    case 'bytes':
      return reader.bytes().toString('base64')
    default:
      return readScalarMessage(scalar, fieldsOf(reader.bytes()))
  }
}

/** The fields of one of the small messages that are scalars in JSON. */
interface SmallMessage {
  readonly ints: ReadonlyMap<number, number>
  readonly bytes: ReadonlyMap<number, readonly Buffer[]>
  readonly isEmpty: boolean
}

function fieldsOf(message: Buffer): SmallMessage {
  const ints = new Map<number, number>()
  const bytes = new Map<number, Buffer[]>()
  const reader = new ProtobufReader(message)
  while (reader.next()) {
    if (reader.wire === 0) ints.set(reader.field, reader.int())
    else {
      const values = bytes.get(reader.field) ?? []
      values.push(reader.bytes())
      bytes.set(reader.field, values)
    }
  }
  return { ints, bytes, isEmpty: message.length === 0 }
}

function readScalarMessage(scalar: ScalarName, message: SmallMessage): unknown {
  const { ints, bytes } = message
  const first = bytes.get(1)?.at(-1)
  switch (scalar) {
    case 'time':
    case 'microTime':
      return message.isEmpty ? null : timeText(ints.get(1) ?? 0, ints.get(2) ?? 0, scalar)
    case 'quantity':
      return first?.toString('utf8') ?? '0'
    case 'intOrString':
      return ints.get(1) === 1 ? (bytes.get(3)?.at(-1)?.toString('utf8') ?? '') : (ints.get(2) ?? 0)
    case 'duration':
      return formatDuration(BigInt(ints.get(1) ?? 0))
    case 'schemaOrBool': {
      const schema = bytes.get(2)?.at(-1)
      return schema === undefined ? ints.get(1) === 1 : schemaOf(schema)
    }
    case 'schemaOrArray':
      return bytes.get(2)?.map(schemaOf) ?? (first === undefined ? null : schemaOf(first))
    case 'schemaOrStringArray':
      return bytes.get(2)?.map((text) => text.toString('utf8')) ?? (first === undefined ? null : schemaOf(first))
    default:
      return first === undefined || first.length === 0 ? null : rawJson(first)
  }
}

function schemaOf(bytes: Buffer): JsonObject {
  return readMessage(objectType(JSON_SCHEMA), bytes)
}

function rawJson(bytes: Buffer): unknown {
  try {
    return plainJson(parseJson(bytes.toString('utf8')).value)
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new ProtobufError(error.message)
    throw error
  }
}

function timeText(seconds: number, nanoseconds: number, scalar: 'time' | 'microTime'): string {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) throw new ProtobufError('timestamp out of range')
  const text = date.toISOString().slice(0, 19)
  const micros = String(Math.floor(nanoseconds / 1000)).padStart(6, '0')
  return scalar === 'time' ? `${text}Z` : `${text}.${micros}Z`
}
