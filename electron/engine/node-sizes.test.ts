import { expect, test } from 'vitest'
import { newNodes, nextNode } from './node-pool.ts'
import { hasRoom, requireQuantities, requireRoom } from './node-sizes.ts'

const GIB = 1024 ** 3
/** Promises 4 cores and 9 of 10 GiB. */
const machine = { NCPU: 4, MemTotal: 10 * GIB }

test.each([1, 2, 3, 7, 11, 100])('a machine has room for its %i equal parts and not for another', (count) => {
  const nodes = newNodes('dev', count, {})
  for (const [index, node] of nodes.entries()) expect(hasRoom(nodes.slice(0, index), node.size, machine)).toBe(true)
  expect(hasRoom(nodes, { oneOf: count }, machine)).toBe(false)
})

test('a node that does not fit is refused with what is left', () => {
  const nodes = newNodes('dev', 3, { cpu: '1', memory: '2Gi' })
  expect(() =>
    requireRoom(nodes, { name: 'dev-4', size: { cpu: '1', memory: '3Gi', oneOf: 1 } }, machine),
  ).not.toThrow()
  expect(() => requireRoom(nodes, { name: 'dev-4', size: { cpu: '1', memory: '4Gi', oneOf: 1 } }, machine)).toThrow(
    'node "dev-4" asks for 1000m CPU and 4096Mi memory, but of the 4000m CPU and 9216Mi memory that nodes may promise on ' +
      'this machine only 1000m CPU and 3072Mi memory are left: ask for less with --cpu and --memory, remove a node, or ' +
      'promise more than there is with --overcommit',
  )
})

test('overcommitted nodes leave nothing, and not less', () => {
  const record = { name: 'dev', nodes: newNodes('dev', 3, { cpu: '3' }) } as Parameters<typeof nextNode>[0]
  expect(() => requireRoom(record.nodes, nextNode(record, {}), machine)).toThrow('only 0m CPU and 0Mi memory are left')
})

test('sizes are quantities above zero', () => {
  expect(() => requireQuantities({ cpu: 'much' })).toThrow('cpu "much": quantities must match')
  expect(() => requireQuantities({ cpu: '1', memory: '0' })).toThrow('memory "0": must be greater than 0')
})
