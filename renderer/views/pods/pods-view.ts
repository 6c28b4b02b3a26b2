import { resources } from '../../../shared/api/resources.ts'
import type { Pod } from '../../../shared/api/types/core-v1.ts'
import { ageColumn, nameColumn, namespaceColumn } from '../common-columns.ts'
import { kindView } from '../kind-view.ts'
import { createdRow, ownerRows, textRows } from '../sections.ts'
import { podBounds } from '../usage/pod-bounds.ts'
import { type UseCell, usedColumn } from '../usage/usage-columns.ts'
import type { UsedResource } from '../usage/usage-text.ts'
import { podState, podSummary } from './pod-state.ts'

const use = { of: 'pods', rank: 1, key: ({ metadata }: Pod) => metadata.uid ?? '', bound: boundOf } as const

/** The limit where there is one, else the request. */
function boundOf({ spec }: Pod, resource: UsedResource): UseCell['bound'] {
  const { limit, request } = podBounds(spec, resource)
  if (limit !== undefined) return { kind: 'limit', amount: limit }
  return request === undefined ? undefined : { kind: 'request', amount: request }
}

export const podsView = kindView<Pod>({
  id: 'pods',
  group: 'workloads',
  ref: resources.pods,
  state: podState,
  columns: [
    { ...nameColumn, width: 188 },
    namespaceColumn,
    {
      id: 'ready',
      width: 60,
      rank: 1,
      cell: (pod) => `${podSummary(pod).ready}/${podSummary(pod).containers}`,
      order: (pod) => podSummary(pod).ready / Math.max(1, podSummary(pod).containers),
    },
    { id: 'status', width: 172, rank: 0, cell: (pod) => ({ type: 'state', state: podState(pod) }) },
    usedColumn<Pod>({ ...use, resource: 'cpu', width: 74 }),
    usedColumn<Pod>({ ...use, resource: 'memory', width: 80 }),
    {
      id: 'restarts',
      width: 110,
      rank: 2,
      cell: (pod) => {
        const { restarts, lastRestart } = podSummary(pod)
        return restarts > 0 && lastRestart !== undefined
          ? { type: 'age', since: lastRestart, before: `${restarts}` }
          : `${restarts}`
      },
      order: (pod) => podSummary(pod).restarts,
    },
    ageColumn,
    {
      id: 'node',
      width: 110,
      rank: 4,
      cell: (pod) => pod.spec?.nodeName ?? '',
    },
    { id: 'ip', width: 118, rank: 5, cell: (pod) => pod.status?.podIP ?? '' },
  ],
  sections: (pod, text) => [
    {
      title: text.details.properties,
      rows: [
        { label: text.columns.status, value: { type: 'state', state: podState(pod) } },
        ...createdRow(pod, text),
        ...ownerRows(pod, text),
        ...(pod.spec?.nodeName
          ? [
              {
                label: text.columns.node,
                value: { type: 'link', text: pod.spec.nodeName, kind: 'nodes', key: pod.spec.nodeName } as const,
              },
            ]
          : []),
        ...textRows([
          [text.columns.ip, pod.status?.podIP],
          [text.details.serviceAccount, pod.spec?.serviceAccountName],
          [text.details.qosClass, pod.status?.qosClass],
          [text.details.priority, pod.spec?.priorityClassName],
          [text.columns.message, pod.status?.message],
        ]),
      ],
    },
  ],
})
