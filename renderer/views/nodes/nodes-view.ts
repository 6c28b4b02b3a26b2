import { resourceAmounts } from '../../../shared/api/pod-resources.ts'
import { resources } from '../../../shared/api/resources.ts'
import type { Node } from '../../../shared/api/types/core-v1.ts'
import { ageColumn, nameColumn } from '../common-columns.ts'
import { kindView } from '../kind-view.ts'
import type { ObjectState } from '../object-state.ts'
import { createdRow, textRows } from '../sections.ts'
import { type UseCell, usedColumn } from '../usage/usage-columns.ts'
import type { UsedResource } from '../usage/usage-text.ts'
import { quantityBytesText } from './memory-text.ts'

/** As kubectl's STATUS: "Ready", "NotReady,SchedulingDisabled". */
export function nodeState(node: Node): ObjectState {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')?.status
  const word = ready === 'True' ? 'Ready' : ready === undefined ? 'Unknown' : 'NotReady'
  if (node.spec?.unschedulable) return { word: `${word},SchedulingDisabled`, tone: ready === 'True' ? 'idle' : 'bad' }
  return { word, tone: ready === 'True' ? 'good' : ready === undefined ? 'warning' : 'bad' }
}

/** As kubectl's ROLES, from the node-role labels. */
export function nodeRoles(node: Node): string {
  const prefix = 'node-role.kubernetes.io/'
  const roles = Object.keys(node.metadata.labels ?? {}).flatMap((label) =>
    label.startsWith(prefix) && label.length > prefix.length ? [label.slice(prefix.length)] : [],
  )
  return roles.length === 0 ? '<none>' : roles.sort().join(',')
}

const address = (node: Node) => node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address

const use = { of: 'nodes', rank: 1, key: ({ metadata }: Node) => metadata.name ?? '', bound: boundOf } as const

function boundOf({ status }: Node, resource: UsedResource): UseCell['bound'] {
  const amount = resourceAmounts(status?.allocatable)[resource]
  return amount === undefined ? undefined : { kind: 'allocatable', amount }
}

export const nodesView = kindView<Node>({
  id: 'nodes',
  group: 'cluster',
  ref: resources.nodes,
  state: nodeState,
  columns: [
    { ...nameColumn, width: 150 },
    { id: 'status', width: 180, rank: 0, cell: (node) => ({ type: 'state', state: nodeState(node) }) },
    usedColumn<Node>({ ...use, resource: 'cpu', width: 100 }),
    usedColumn<Node>({ ...use, resource: 'memory', width: 124 }),
    { id: 'roles', width: 110, rank: 3, cell: nodeRoles },
    ageColumn,
    { id: 'version', width: 100, rank: 4, cell: ({ status }) => status?.nodeInfo?.kubeletVersion ?? '' },
    { id: 'ip', width: 124, rank: 4, cell: (node) => address(node) ?? '' },
  ],
  sections: (node, text) => [
    {
      title: text.details.properties,
      rows: [
        { label: text.columns.status, value: { type: 'state', state: nodeState(node) } },
        ...createdRow(node, text),
        ...textRows([
          [text.columns.ip, address(node)],
          [text.columns.roles, nodeRoles(node)],
          [text.columns.version, node.status?.nodeInfo?.kubeletVersion],
          [
            text.details.taints,
            (node.spec?.taints ?? [])
              .map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`)
              .join(', '),
          ],
        ]),
      ],
    },
    {
      title: text.details.allocatable,
      rows: textRows([
        [text.columns.cpu, node.status?.allocatable?.cpu],
        [text.columns.memory, quantityBytesText(node.status?.allocatable?.memory)],
        [text.columns.pods, node.status?.allocatable?.pods],
      ]),
    },
  ],
})
