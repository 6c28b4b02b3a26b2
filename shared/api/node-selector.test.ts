import { expect, test } from 'vitest'
import { fitsNodeAffinity } from './node-selector.ts'
import type { NodeSelectorRequirement } from './types/core-v1.ts'

const node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1', labels: { size: '10', zone: 'a', empty: '' } },
}

const fits = (requirement: NodeSelectorRequirement) =>
  fitsNodeAffinity(
    {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [requirement] }] },
        },
      },
    },
    node,
  )

test.each<[NodeSelectorRequirement['operator'], string, string[], boolean]>([
  ['In', 'zone', ['a', 'b'], true],
  ['In', 'none', ['a'], false],
  ['NotIn', 'none', ['a'], true],
  ['Exists', 'empty', [], true],
  ['DoesNotExist', 'none', [], true],
  ['Gt', 'size', ['9'], true],
  ['Lt', 'size', ['9'], false],
  // A label that is no integer is neither greater nor less.
  ['Gt', 'empty', ['-1'], false],
  ['Lt', 'zone', ['5'], false],
])('%s of the label "%s" with %j: %j', (operator, key, values, expected) => {
  expect(fits({ operator, key, values })).toBe(expected)
})

test('a node is chosen by its name; a term without requirements chooses none', () => {
  const spec = (nodeSelectorTerms: object[]) => ({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  })
  const byName = { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }] }
  expect(fitsNodeAffinity(spec([byName]), node)).toBe(true)
  expect(fitsNodeAffinity(spec([{}]), node)).toBe(false)
  expect(fitsNodeAffinity({ nodeSelector: { zone: 'b' } }, node)).toBe(false)
})
