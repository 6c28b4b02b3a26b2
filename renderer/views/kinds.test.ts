import { expect, test } from 'vitest'
import type { KubeObject } from '../../shared/api/object.ts'
import { shopCluster } from '../../test/support/mock-cluster.ts'
import { en } from '../messages/en.ts'
import type { Cell, KindId } from './kind-view.ts'
import { kindById, kinds } from './kinds.ts'
import { relationsOf } from './relations.ts'
import { cellText } from './row-order.ts'

const cluster = shopCluster()

function find(id: KindId, key: string): KubeObject {
  const object = cluster.get(viewOf(id).ref, key)
  if (object === undefined) throw new Error(`no ${id} ${key}`)
  return object
}

function viewOf(id: KindId) {
  const view = kindById(id)
  if (view === undefined) throw new Error(`no view of ${id}`)
  return view
}

const shown = (cell: Cell) => (typeof cell === 'object' && cell.type === 'age' ? 'age' : cellText(cell))

test.each<[KindId, string, string]>([
  ['statefulsets', 'shop/postgres', 'postgres | shop | Ready | 1/1 | age | postgres:17-alpine'],
  ['statefulsets', 'shop/queue', 'queue | shop | Progressing | 2/3 | age | nats:2-alpine'],
  ['daemonsets', 'shop/log-agent', 'log-agent | shop | Ready | 3 | 3 | 3 | 3 | 3 | <none> | age'],
  ['jobs', 'shop/import-legacy', 'import-legacy | shop | Failed | 0/1 | 40s | age | busybox:1.37'],
  ['jobs', 'shop/report-29384112', 'report-29384112 | shop | Running | 0/1 | age | age | busybox:1.37'],
  ['cronjobs', 'shop/cleanup', 'cleanup | shop | Suspended | 0 3 * * * | Europe/Berlin | True | 0 | age | age'],
  ['horizontalpodautoscalers', 'shop/api', 'api | shop | Active | Deployment/api | cpu: 41%/60% | 1 | 6 | 3 | age'],
  ['poddisruptionbudgets', 'shop/postgres', 'postgres | shop | InsufficientPods | 1 | N/A | 0 | age'],
  [
    'ingresses',
    'shop/shop',
    'shop | shop | slipway | shop.localhost,shop.example.com | https://shop.localhost:8543 | 80, 443 | age',
  ],
  ['networkpolicies', 'shop/postgres', 'postgres | shop | app=postgres | Ingress | age'],
  ['endpointslices', 'shop/web-x2k4p', 'web-x2k4p | shop | IPv4 | 8080 | 10.80.1.23,10.80.2.23,10.80.3.23 | age'],
  [
    'persistentvolumeclaims',
    'shop/data-postgres-0',
    'data-postgres-0 | shop | Bound | pvc-4a1f7c52 | 1Gi | RWO | local | age',
  ],
  ['persistentvolumeclaims', 'shop/uploads', 'uploads | shop | Pending |  |  |  | local | age'],
  [
    'persistentvolumes',
    'pvc-0d93be11',
    'pvc-0d93be11 | 10Gi | RWO | Retain | Released | shop/old-data | archive |  | age',
  ],
  ['storageclasses', 'local', 'local (default) | local.slipway.io | Delete | WaitForFirstConsumer | true | age'],
])('%s %s has the cells that kubectl shows', (id, key, expected) => {
  expect(
    viewOf(id)
      .columns.map((column) => shown(column.cell(find(id, key))))
      .join(' | '),
  ).toBe(expected)
})

test.each<[KindId, string, string]>([
  ['statefulsets', 'shop/postgres', 'Service: Service postgres -> services shop/postgres'],
  ['jobs', 'shop/report-29384112', 'Controlled by: CronJob report -> cronjobs shop/report'],
  ['horizontalpodautoscalers', 'shop/api', 'Reference: Deployment api -> deployments shop/api'],
  ['ingresses', 'shop/shop', 'shop.localhost/api: Service api -> services shop/api'],
  ['networkpolicies', 'shop/postgres', 'pods app=api: 5432/TCP'],
  ['networkpolicies', 'shop/default-deny', 'Allowed: none'],
  [
    'persistentvolumeclaims',
    'shop/data-postgres-0',
    'Volume: PersistentVolume pvc-4a1f7c52 -> persistentvolumes pvc-4a1f7c52',
  ],
  [
    'persistentvolumes',
    'pvc-4a1f7c52',
    'Claim: PersistentVolumeClaim data-postgres-0 -> persistentvolumeclaims shop/data-postgres-0',
  ],
])('the details of %s %s say: %3$s', (id, key, expected) => {
  const rows = viewOf(id)
    .sections(find(id, key), en)
    .flatMap((section) => section.rows)
  const link = (cell: Cell) => (typeof cell === 'object' && cell.type === 'link' ? ` -> ${cell.kind} ${cell.key}` : '')
  expect(rows.map(({ label, value }) => `${label}: ${shown(value)}${link(value)}`)).toContain(expected)
})

test.each<[KindId, string, string]>([
  [
    'pods',
    'shop/postgres-0',
    'services postgres, persistentvolumeclaims data-postgres-0, poddisruptionbudgets postgres, networkpolicies default-deny, networkpolicies postgres',
  ],
  ['deployments', 'shop/api', 'replicasets api-7d9f6c5b8, horizontalpodautoscalers api'],
  ['statefulsets', 'shop/postgres', 'persistentvolumeclaims data-postgres-0'],
  ['cronjobs', 'shop/report', 'jobs report-29384112, jobs report-29384082'],
  ['services', 'shop/web', 'ingresses shop, endpointslices web-x2k4p'],
  ['storageclasses', 'archive', 'persistentvolumes pvc-0d93be11'],
])('%s %s is related to %3$s', (id, key, expected) => {
  const object = find(id, key)
  const related = relationsOf(id).flatMap(({ kind, belongs }) =>
    cluster
      .list(viewOf(kind).ref)
      .filter((other) => belongs(object, other))
      .map(({ metadata }) => `${kind} ${metadata.name}`),
  )
  expect(related.join(', ')).toBe(expected)
})

test('no section of any object shows one title twice, nor two rows of one label', () => {
  for (const view of kinds) {
    for (const object of cluster.list(view.ref)) {
      const sections = view.sections(object, en)
      expect(new Set(sections.map(({ title }) => title)).size).toBe(sections.length)
      for (const { title, rows } of sections) {
        const labels = rows.map(({ label }) => label)
        expect(labels, `${view.id} ${object.metadata.name}: ${title}`).toEqual([...new Set(labels)])
      }
    }
  }
})
