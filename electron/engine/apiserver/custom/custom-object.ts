import type { KubeObject } from '../../../../shared/api/object.ts'
import type { JSONSchemaProps } from '../../../../shared/api/types/apiextensions-v1.ts'
import { newBadRequest } from '../machinery/api-errors.ts'
import { ConversionError, convertObject } from '../machinery/convert.ts'
import { strictText } from '../machinery/decode.ts'
import { JsonSyntaxError, parseJson, plainJson } from '../machinery/json-text.ts'
import { objectType } from '../machinery/schema.ts'
import { parseYaml, YamlSyntaxError } from '../machinery/yaml-text.ts'
import type { Resource } from '../registry/resource.ts'
import { prune } from './structural-schema.ts'

const OBJECT_META = objectType('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** The body of a request for a custom resource as a private draft. */
export function decodeCustom(
  resource: Resource,
  body: Buffer,
  options: { readonly format: 'json' | 'yaml'; readonly fieldValidation: FieldValidation; readonly warnings: string[] },
): KubeObject {
  const value = parsed(body.toString(), options.format)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw newBadRequest(`the object provided is unrecognized (must be of type ${resource.kind}): it is no object`)
  }
  const { apiVersion, kind } = value as { apiVersion?: unknown; kind?: unknown }
  if (apiVersion !== undefined && apiVersion !== resource.groupVersion) {
    throw newBadRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${resource.groupVersion})`,
    )
  }
  if (kind !== undefined && kind !== resource.kind) {
    throw newBadRequest(`the kind in the data (${kind}) does not match the expected kind (${resource.kind})`)
  }
  return typedCustom(resource, value, options)
}

/** A value as an object of a custom resource: typed metadata, and of all else what its schema knows. */
export function typedCustom(
  resource: Resource,
  value: unknown,
  { fieldValidation, warnings }: { readonly fieldValidation: FieldValidation; readonly warnings: string[] },
): KubeObject {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = plainJson(value) as Record<string, unknown>
  const { kind, groupVersion } = resource
  const meta = typedMeta(metadata ?? {})
  const object = { kind, apiVersion: groupVersion, metadata: meta.value, ...rest }
  const unknown = resource.schema ? prune(object, resource.schema as JSONSchemaProps) : []
  const strict = [...meta.strictErrors, ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`)]
  if (strict.length > 0 && fieldValidation === 'Strict') {
    const text = `${kind} in version ${JSON.stringify(resource.version)} cannot be handled as a ${kind}: ${strictText(strict)}`
    throw newBadRequest(text)
  }
  if (fieldValidation === 'Warn') warnings.push(...strict)
  return object as unknown as KubeObject
}

function typedMeta(metadata: unknown) {
  try {
    const { value, strictErrors } = convertObject(OBJECT_META, metadata)
    return { value, strictErrors: strictErrors.map((text) => text.replace('field "', 'field "metadata.')) }
  } catch (error) {
    if (error instanceof ConversionError) throw newBadRequest(error.message)
    throw error
  }
}

function parsed(text: string, format: 'json' | 'yaml'): unknown {
  try {
    return plainJson(format === 'yaml' ? parseYaml(text).value : parseJson(text).value)
  } catch (error) {
    if (error instanceof YamlSyntaxError) throw newBadRequest(`error decoding YAML: ${error.message}`)
    if (error instanceof JsonSyntaxError) throw newBadRequest(error.message)
    throw error
  }
}
