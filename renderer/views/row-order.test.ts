import { expect, test } from 'vitest'
import type { KubeObject } from '../../shared/api/object.ts'
import { podsView } from './pods/pods-view.ts'
import { RowOrder, type RowQuery } from './row-order.ts'

function pod(
  name: string,
  options: { namespace?: string; restarts?: number; labels?: Record<string, string> } = {},
): KubeObject {
  const { namespace = 'default', restarts = 0, labels = {} } = options
  const state = { running: {} }
  const containerStatuses = [{ name: 'c', ready: true, restartCount: restarts, image: '', imageID: '', state }]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels, uid: name },
    spec: { containers: [{ name: 'c' }] },
    status: { phase: 'Running', containerStatuses },
  } as KubeObject
}

const all = new Map(
  [
    pod('web-2', { namespace: 'shop', restarts: 3, labels: { app: 'web' } }),
    pod('web-1', { namespace: 'shop', labels: { app: 'web' } }),
    pod('tool', { restarts: 12 }),
  ].map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one]),
)
const query: RowQuery = { namespace: '', filter: '', sort: '' }
const names = (rows: readonly KubeObject[]) => rows.map(({ metadata }) => metadata.name).join(' ')

test.each([
  ['tool web-1 web-2', {}],
  ['web-1 web-2', { namespace: 'shop' }],
  ['web-1 web-2', { filter: 'app=web' }],
  ['web-2', { filter: 'WEB -2' }],
  ['web-1 web-2 tool', { sort: 'restarts' }],
  ['tool web-2 web-1', { sort: '-restarts' }],
])('%s', (expected, part) => {
  expect(names(new RowOrder(podsView).update(all, { ...query, ...part }))).toBe(expected)
})

test('goes by what is taken now, and has those without a sample at the end', () => {
  const use = (memoryMib: number) => ({ cpuMillis: 1, memoryBytes: memoryMib * 1024 ** 2 })
  const usage = {
    at: 1,
    nodes: new Map(),
    pods: new Map([
      ['web-1', use(9)],
      ['tool', use(120)],
    ]),
  }
  expect(names(new RowOrder(podsView).update(all, { ...query, sort: '-memory' }, usage))).toBe('tool web-1 web-2')
})

test('follows changes, arrivals and departures', () => {
  const order = new RowOrder(podsView)
  const sorted = { ...query, sort: '-restarts' }
  const objects = new Map(all)
  order.update(objects, sorted)
  objects.set('shop/web-1', pod('web-1', { namespace: 'shop', restarts: 99 }))
  objects.set('default/new', pod('new', { restarts: 5 }))
  objects.delete('default/tool')
  expect(names(order.update(objects, sorted))).toBe('web-1 new web-2')
})
