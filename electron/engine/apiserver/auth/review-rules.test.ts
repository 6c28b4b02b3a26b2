import { describe, expect, it } from 'vitest'
import type { ResourceAttributes } from '../../../../shared/api/types/authorization-v1.ts'
import { errorText } from '../machinery/field-error.ts'
import { localAccessErrors, selectorProblems, selfAccessErrors } from './review-rules.ts'

const review = { kind: '', apiVersion: 'authorization.k8s.io/v1', metadata: {} }

describe('reviews of access', () => {
  it('ask one thing, with nothing in their metadata', () => {
    const metadata = { name: 'x', managedFields: [] }
    const spec = { resourceAttributes: { labelSelector: {} }, nonResourceAttributes: { path: '/' } }
    expect(selfAccessErrors({ ...review, metadata, spec }).map(errorText)).toEqual([
      'spec.nonResourceAttributes: Invalid value: {"Path":"/","Verb":""}: cannot be specified in combination with resourceAttributes',
      'spec.resourceAttributes.labelSelector.requirements: Required value: when spec.resourceAttributes.labelSelector is specified, requirements or rawSelector is required',
      'metadata: Invalid value: {"name":"x","managedFields":[]}: must be empty',
    ])
  })

  it('stay in their namespace and are about someone', () => {
    const spec = { resourceAttributes: { namespace: 'other' } }
    expect(localAccessErrors({ ...review, metadata: { namespace: 'shop' }, spec }).map(errorText)).toEqual([
      'spec.user: Invalid value: "": at least one of user or group must be specified',
      'spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace',
    ])
  })

  it.each<[asked: ResourceAttributes, problems: string]>([
    [{}, ''],
    [
      { labelSelector: { requirements: [{ key: 'a', operator: 'Equal' }] } },
      'spec.resourceAttributes.labelSelector ignored due to parse error',
    ],
    [
      {
        fieldSelector: {
          requirements: [
            { key: 'a', operator: 'In', values: ['b'] },
            { key: 'a', operator: 'Exists' },
          ],
        },
        labelSelector: { rawSelector: '!' },
      },
      'spec.resourceAttributes.fieldSelector partially ignored due to parse error; spec.resourceAttributes.labelSelector ignored due to parse error',
    ],
  ])('say what of a selector is not understood: %j', (asked, problems) => {
    expect(selectorProblems(asked)).toBe(problems)
  })
})
