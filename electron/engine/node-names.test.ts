import { expect, test } from 'vitest'
import type { ClusterRecord } from './installation/cluster-record.ts'
import { nodeNames, withFailure, withNodeCount, withoutNode } from './node-names.ts'

const record: ClusterRecord = {
  name: 'dev',
  uid: 'u',
  createdAt: '2026-01-01T00:00:00Z',
  nodes: 3,
  apiPort: 0,
  httpPort: 0,
  subnet: '',
  running: true,
}

test('nodes have the lowest free numbers and may go in any order', () => {
  expect(nodeNames(record)).toEqual(['dev-1', 'dev-2', 'dev-3'])
  const less = withoutNode(record, 'dev-2')
  expect(nodeNames(less)).toEqual(['dev-1', 'dev-3'])
  expect(less.nodes).toBe(2)
  expect(nodeNames(withNodeCount(less, 4))).toEqual(['dev-1', 'dev-3', 'dev-2', 'dev-4'])
  expect(nodeNames(withNodeCount(record, 1))).toEqual(['dev-1'])
})

test('failures are remembered until the node works again or goes', () => {
  const failed = withFailure(record, 'dev-2', true)
  expect(failed.failedNodes).toEqual(['dev-2'])
  expect(withFailure(failed, 'dev-2', false).failedNodes).toEqual([])
  expect(withoutNode(failed, 'dev-2').failedNodes).toEqual([])
})

test('unknown nodes and the last one are refused', () => {
  expect(() => withFailure(record, 'x', true)).toThrow('cluster "dev" has no node "x"; it has dev-1, dev-2, dev-3')
  expect(() => withoutNode(withNodeCount(record, 1), 'dev-1')).toThrow('"dev-1" is the only node of cluster "dev"')
})
