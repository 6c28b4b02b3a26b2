import { isJsonObject } from '../go-value.ts'
import { elementText } from './field-set.ts'
import {
  ElementKeyError,
  itemElement,
  type ListMerge,
  type MapMerge,
  type MergeType,
  resolveMerge,
  type ScalarMerge,
} from './merge-schema.ts'

/** What makes an applied object unfit for its schema, as typed.AsTyped words it; undefined when it is fine. */
export function validateApplied(type: MergeType, value: unknown): string | undefined {
  const errors: string[] = []
  validate(type, value, '', errors)
  if (errors.length === 0) return undefined
  return errors.length === 1 ? errors[0] : ['errors:', ...errors.map((error) => `  ${error}`)].join('\n')
}

function validate(type: MergeType, value: unknown, path: string, errors: string[]): void {
  if (value === null || value === undefined) return
  const merge = resolveMerge(type, value)
  if (merge.form === 'scalar') validateScalar(merge, value, path, errors)
  else if (merge.form === 'list') validateList(merge, value, path, errors)
  else validateMap(merge, value, path, errors)
}

function validateScalar({ scalar }: ScalarMerge, value: unknown, path: string, errors: string[]): void {
  if (scalar === 'numeric' && typeof value !== 'number')
    add(errors, path, `expected numeric (int or float), got ${goType(value)}`)
  else if (scalar === 'string' && typeof value !== 'string') {
    add(errors, path, `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`)
  } else if (scalar === 'boolean' && typeof value !== 'boolean')
    add(errors, path, `expected boolean, got ${goPointer(value)}`)
  else if (scalar === 'untyped' && typeof value === 'object')
    add(errors, path, `expected any scalar, got ${goPointer(value)}`)
}

function validateMap(map: MapMerge, value: unknown, path: string, errors: string[]): void {
  if (!isJsonObject(value)) {
    add(errors, path, `expected map, got ${goPointer(value)}`)
    return
  }
  for (const name in value) {
    const type = map.field(name) ?? map.element
    if (type === undefined) {
      add(errors, `${path}.${name}`, 'field not declared in schema')
      return
    }
    validate(type, value[name], `${path}.${name}`, errors)
  }
}

function validateList(list: ListMerge, value: unknown, path: string, errors: string[]): void {
  if (!Array.isArray(value)) {
    add(errors, path, `expected list, got ${goPointer(value)}`)
    return
  }
  const seen = new Set<string>()
  for (let i = 0; i < value.length; i++) {
    let element = `i:${i}`
    if (!list.atomic) {
      try {
        element = itemElement(list, value[i])
      } catch (error) {
        if (!(error instanceof ElementKeyError)) throw error
        add(errors, path, `element ${i}: ${error.message}`)
        return
      }
      if (seen.has(element)) add(errors, path, `duplicate entries for key ${elementText(element)}`)
      seen.add(element)
    }
    validate(list.element, value[i], `${path}${elementText(element)}`, errors)
  }
}

function add(errors: string[], path: string, message: string): void {
  errors.push(path === '' ? message : `${path}: ${message}`)
}

function goType(value: unknown): string {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'
}

/** %#v of what is no string: nested values in short. */
function goSyntax(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const fields = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`)
  return `map[string]interface {}{${fields.join(', ')}}`
}

/** %v of a pointer to the value's wrapper. */
function goPointer(value: unknown): string {
  return `&{${goPlain(value)}}`
}

function goPlain(value: unknown): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goPlain).join(' ')}]`
  if (!isJsonObject(value)) return String(value)
  return `map[${Object.keys(value)
    .sort()
    .map((key) => `${key}:${goPlain(value[key])}`)
    .join(' ')}]`
}
