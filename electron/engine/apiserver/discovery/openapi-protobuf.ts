// The Swagger 2 document as clients written in Go ask for it: the protobuf messages of openapi.v2, field numbers as
// published with them. Holds what clients read: schemas with their extensions, operations with kind and parameters.
import type { Schema } from './openapi-schemas.ts'

type Json = Readonly<Record<string, unknown>>

/** The content type of the answer; requests name it with an `@` before the version, too. */
export const OPENAPI_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

const METHODS: Readonly<Record<string, number>> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 }
const LENGTH_DELIMITED = 2

export function swaggerProtobuf(document: Json): Buffer {
  const { info, paths, definitions } = document as Record<'info' | 'paths' | 'definitions', Json>
  return Buffer.concat([
    text(1, document.swagger),
    message(2, [text(1, info.title), text(2, info.version)]),
    message(
      8,
      Object.entries(paths).map(([path, item]) => named(2, path, pathItem(item as Json))),
    ),
    message(
      9,
      Object.entries(definitions).map(([name, schema]) => named(1, name, schemaParts(schema as Schema))),
    ),
  ])
}

function pathItem(item: Json): Buffer[] {
  const operations = Object.entries(METHODS).flatMap(([method, field]) =>
    item[method] === undefined ? [] : [message(field, operation(item[method] as Json))],
  )
  return [...operations, ...list(item.parameters).map((each) => parameter(9, each as Json))]
}

function operation(value: Json): Buffer[] {
  return [
    ...list(value.tags).map((tag) => text(1, tag)),
    ...list(value.parameters).map((each) => parameter(8, each as Json)),
    ...extensions(13, value),
  ]
}

/** ParametersItem > Parameter > NonBodyParameter > of the query or of the path. */
function parameter(field: number, value: Json): Buffer {
  const own =
    value.in === 'path'
      ? message(4, [flag(1, value.required), text(2, value.in), text(4, value.name), text(5, value.type)])
      : message(3, [flag(1, value.required), text(2, value.in), text(4, value.name), text(6, value.type)])
  return message(field, [message(1, [message(2, [own])])])
}

function schemaParts(schema: Schema): Buffer[] {
  const { properties, additionalProperties, items, type } = schema as Record<string, Json>
  return [
    text(1, schema.$ref),
    text(2, schema.format),
    text(4, schema.description),
    ...(schema.default === undefined ? [] : [message(5, any(schema.default))]),
    ...list(schema.required).map((name) => text(19, name)),
    ...list(schema.enum).map((value) => message(20, any(value))),
    ...(additionalProperties ? [message(21, [message(1, schemaParts(additionalProperties))])] : []),
    ...(type ? [message(22, [text(1, type)])] : []),
    ...(items ? [message(23, [message(1, schemaParts(items))])] : []),
    ...list(schema.allOf).map((each) => message(24, schemaParts(each as Schema))),
    ...(properties
      ? [
          message(
            25,
            Object.entries(properties).map(([name, each]) => named(1, name, schemaParts(each as Schema))),
          ),
        ]
      : []),
    ...extensions(31, schema),
  ]
}

function extensions(field: number, value: Json): Buffer[] {
  return Object.entries(value).flatMap(([name, each]) => (name.startsWith('x-') ? [named(field, name, any(each))] : []))
}

/** `Any` carries YAML, of which JSON is a part. */
function any(value: unknown): Buffer[] {
  return [text(2, JSON.stringify(value))]
}

function named(field: number, name: string, value: readonly Buffer[]): Buffer {
  return message(field, [text(1, name), message(2, value)])
}

function list(value: unknown): readonly unknown[] {
  return (value ?? []) as readonly unknown[]
}

function text(field: number, value: unknown): Buffer {
  return value === undefined ? Buffer.alloc(0) : delimited(field, Buffer.from(String(value)))
}

function flag(field: number, value: unknown): Buffer {
  return value === true ? Buffer.concat([varint(field << 3), varint(1)]) : Buffer.alloc(0)
}

function message(field: number, parts: readonly Buffer[]): Buffer {
  return delimited(field, Buffer.concat(parts))
}

function delimited(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | LENGTH_DELIMITED), varint(bytes.length), bytes])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return Buffer.from(bytes)
}
