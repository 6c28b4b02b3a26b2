import { describe, expect, it } from 'vitest'
import { newConflict, newForbidden, newInvalid, newNotFound } from './api-errors.ts'
import {
  child,
  duplicate,
  errorText,
  index,
  invalid,
  key,
  notSupported,
  required,
  tooLong,
  tooMany,
} from './field-error.ts'

describe('field errors', () => {
  it('print values as Go does', () => {
    expect(errorText(invalid('spec.x', 'v"\n', 'detail'))).toBe('spec.x: Invalid value: "v\\"\\n": detail')
    expect(errorText(invalid('spec.x', 3, 'detail'))).toBe('spec.x: Invalid value: 3: detail')
    expect(errorText(invalid('spec.x', undefined, 'detail'))).toBe('spec.x: Invalid value: null: detail')
    expect(errorText(invalid('spec.x', { a: '<' }, 'd'))).toBe('spec.x: Invalid value: {"a":"\\u003c"}: d')
    expect(errorText(duplicate('spec.x[1]', '\u0007é\u200b'))).toBe('spec.x[1]: Duplicate value: "\\aé\\u200b"')
    expect(errorText(notSupported('a', 'x', ['B', 'C']))).toBe('a: Unsupported value: "x": supported values: "B", "C"')
    expect(errorText(tooLong('a', 1))).toBe('a: Too long: may not be more than 1 byte')
    expect(errorText(tooMany('a', 3, 2))).toBe('a: Too many: 3: must have at most 2 items')
  })

  it('build paths', () => {
    expect(key(child(index(child('spec', 'containers'), 2), 'resources', 'limits'), 'cpu')).toBe(
      'spec.containers[2].resources.limits[cpu]',
    )
    expect(child('', 'spec')).toBe('spec')
  })

  it('aggregate into an Invalid status, each text once, all causes kept', () => {
    const status = newInvalid({ group: 'apps', kind: 'Deployment' }, 'x', [
      required('spec.a'),
      required('spec.a'),
      required('spec.b', 'why'),
    ]).toStatus()
    expect(status).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Deployment.apps "x" is invalid: [spec.a: Required value, spec.b: Required value: why]',
      reason: 'Invalid',
      details: {
        name: 'x',
        group: 'apps',
        kind: 'Deployment',
        causes: [
          { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.a' },
          { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.a' },
          { reason: 'FieldValueRequired', message: 'Required value: why', field: 'spec.b' },
        ],
      },
      code: 422,
    })
  })

  it('word the other failures', () => {
    const pods = { group: '', resource: 'pods' }
    expect(newNotFound(pods, 'a').toStatus()).toMatchObject({
      message: 'pods "a" not found',
      code: 404,
      details: { name: 'a', kind: 'pods' },
    })
    expect(newForbidden({ group: 'apps', resource: 'deployments' }, '', 'no').message).toBe(
      'deployments.apps is forbidden: no',
    )
    expect(newConflict(pods, 'a', 'changed').message).toBe('Operation cannot be fulfilled on pods "a": changed')
  })
})
