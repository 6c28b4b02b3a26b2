import { expect, test } from 'vitest'
import { resources } from '../../shared/api/resources.ts'
import type { Node, Pod } from '../../shared/api/types/core-v1.ts'
import { aNode, aPod } from '../../test/support/scheduling-builders.ts'
import { nodeTable } from '../cli/output.ts'
import type { Client } from './client/client.ts'
import type { ClusterRecord } from './installation/cluster-record.ts'
import { nodeStates } from './node-states.ts'

const size = { oneOf: 1 }
const nodes = [
  { name: 'dev-1', size },
  { name: 'dev-2', size, failed: true },
  { name: 'dev-3', size, autoscaled: true },
  { name: 'dev-4', size, leaving: true },
]
const record = { name: 'dev', nodes } as unknown as ClusterRecord

function node(name: string, ready: string): Node {
  const built = aNode(name).build()
  const status = { allocatable: { cpu: '2', memory: '3Gi' }, conditions: [{ type: 'Ready', status: ready }] }
  return { ...built, status }
}

const pod = (name: string, on: string, cpu: string, memory: string) =>
  aPod(name).requests({ cpu, memory }).on(on).build()
const ended: Pod = { ...pod('ended', 'dev-1', '1', '1Gi'), status: { phase: 'Succeeded' } }
const pods = [pod('a', 'dev-1', '250m', '70Mi'), pod('b', 'dev-1', '1750m', '1Ki'), ended, pod('c', 'dev-2', '1m', '0')]

const client = {
  resource: ({ kind }: { kind: string }) => ({
    list: async () => ({
      items: kind === resources.pods.kind ? pods : [node('dev-1', 'True'), node('dev-2', 'Unknown')],
    }),
  }),
} as unknown as Client

test('nodes show what they have for pods, and what pods that run ask for of it', async () => {
  expect((await nodeStates(record, client))[0]).toEqual({
    name: 'dev-1',
    failed: false,
    autoscaled: false,
    ready: true,
    allocatable: { cpu: '2', memory: '3072Mi' },
    requested: { cpu: '2', memory: '71Mi' },
  })
  expect(nodeTable(await nodeStates(record, client)).split('\n')).toEqual([
    'NAME    STATUS   CPU       MEMORY',
    'dev-1   Ready    2 of 2    71Mi of 3072Mi',
    'dev-2   failed   1m of 2   0Mi of 3072Mi',
    'dev-3   -        -         -                autoscaled',
  ])
})

test('nodes of a cluster that does not run are those on record', async () => {
  expect(await nodeStates(record, undefined)).toEqual([
    { name: 'dev-1', failed: false, autoscaled: false },
    { name: 'dev-2', failed: true, autoscaled: false },
    { name: 'dev-3', failed: false, autoscaled: true },
  ])
})
