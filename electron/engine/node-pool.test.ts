import { expect, test } from 'vitest'
import type { ClusterRecord, NodeRecord } from './installation/cluster-record.ts'
import { newNodes, nextNode, withFailure, withNode, withNodeLeaving, withoutLeaving } from './node-pool.ts'

const record: ClusterRecord = {
  name: 'dev',
  uid: 'u',
  createdAt: '2026-01-01T00:00:00Z',
  nodes: newNodes('dev', 3, {}),
  apiPort: 0,
  httpPort: 0,
  subnet: '',
  running: true,
}

/** "dev-1 1/3, dev-2 500m+1Gi" */
function text(nodes: readonly NodeRecord[]): string {
  const size = ({ size: { cpu, memory, oneOf } }: NodeRecord) => ((cpu ?? memory) ? `${cpu}+${memory}` : `1/${oneOf}`)
  return nodes
    .map((node) => `${node.name} ${size(node)}${node.failed ? ' failed' : ''}${node.leaving ? ' leaving' : ''}`)
    .join(', ')
}

test('the nodes of a new cluster are equal parts of the machine, or of the size that was asked for', () => {
  expect(text(newNodes('dev', 2, {}))).toBe('dev-1 1/2, dev-2 1/2')
  expect(text(newNodes('dev', 2, { cpu: '500m', memory: '1Gi' }))).toBe('dev-1 500m+1Gi, dev-2 500m+1Gi')
})

test('a node that is added has the lowest free number and the size of the last one; the others stay as they are', () => {
  const less = withoutLeaving(withNodeLeaving(record, 'dev-2'))
  expect(text(withNode(less, nextNode(less, {})).nodes)).toBe('dev-1 1/3, dev-3 1/3, dev-2 1/3')
  const sized = nextNode(record, { name: 'big', cpu: '2', memory: '4Gi', labels: { disk: 'ssd' } })
  expect(sized).toEqual({ name: 'big', size: { cpu: '2', memory: '4Gi', oneOf: 3 }, labels: { disk: 'ssd' } })
  expect(text([nextNode(withNode(record, sized), {})])).toBe('dev-4 2+4Gi')
  expect(() => nextNode(record, { name: 'dev-1' })).toThrow('cluster "dev" has a node "dev-1" already')
})

test('failures are remembered until the node works again or goes', () => {
  const failed = withFailure(record, 'dev-2', true)
  expect(text(failed.nodes)).toBe('dev-1 1/3, dev-2 1/3 failed, dev-3 1/3')
  expect(withFailure(failed, 'dev-2', false)).toEqual(record)
  expect(text(withNodeLeaving(failed, 'dev-2').nodes)).toBe('dev-1 1/3, dev-2 1/3 failed leaving, dev-3 1/3')
})

test('unknown nodes and the last one are refused', () => {
  expect(() => withFailure(record, 'x', true)).toThrow('cluster "dev" has no node "x"; it has dev-1, dev-2, dev-3')
  const two = withNodeLeaving(withNodeLeaving(record, 'dev-2'), 'dev-3')
  expect(() => withNodeLeaving(two, 'dev-1')).toThrow('"dev-1" is the only node of cluster "dev"')
})
