import { resources } from '../../../shared/api/resources.ts'
import type { DaemonSet } from '../../../shared/api/types/apps-v1.ts'
import { ageColumn, countColumn, nameColumn, namespaceColumn, stateColumn, textColumn } from '../common-columns.ts'
import { kindView } from '../kind-view.ts'
import { type ObjectState, TERMINATING } from '../object-state.ts'
import { fullSelectorText, imagesText, properties, selectorText, textRows } from '../sections.ts'

export function daemonSetState({ spec, status, metadata }: DaemonSet): ObjectState {
  if (metadata.deletionTimestamp !== undefined) return TERMINATING
  const desired = status?.desiredNumberScheduled ?? 0
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return { word: 'Progressing', tone: 'progress' }
  if (desired === 0) return { word: 'No nodes', tone: 'idle' }
  const isUpdated = spec?.updateStrategy?.type === 'OnDelete' || (status?.updatedNumberScheduled ?? 0) >= desired
  if (!isUpdated || (status?.numberAvailable ?? 0) < desired) return { word: 'Progressing', tone: 'progress' }
  return { word: 'Ready', tone: 'good' }
}

const nodeSelector = ({ spec }: DaemonSet) => selectorText(spec?.template.spec?.nodeSelector)

export const daemonSetsView = kindView<DaemonSet>({
  id: 'daemonsets',
  group: 'workloads',
  ref: resources.daemonSets,
  state: daemonSetState,
  columns: [
    { ...nameColumn, width: 160 },
    namespaceColumn,
    stateColumn(130, daemonSetState),
    countColumn('desired', 1, ({ status }) => status?.desiredNumberScheduled ?? 0),
    countColumn('current', 3, ({ status }) => status?.currentNumberScheduled ?? 0),
    countColumn('ready', 1, ({ status }) => status?.numberReady ?? 0),
    countColumn('upToDate', 3, ({ status }) => status?.updatedNumberScheduled ?? 0),
    countColumn('available', 3, ({ status }) => status?.numberAvailable ?? 0),
    textColumn('nodeSelector', { width: 160, rank: 5 }, (set) => nodeSelector(set) ?? '<none>'),
    ageColumn,
  ],
  sections: (set, text) => {
    const { spec, status } = set
    const { type = 'RollingUpdate', rollingUpdate: rolling } = spec?.updateStrategy ?? {}
    const strategy = `${type} (max surge ${rolling?.maxSurge ?? 0}, max unavailable ${rolling?.maxUnavailable ?? 1})`
    return [
      properties(set, text, {
        state: daemonSetState(set),
        rows: textRows([
          [text.columns.desired, status?.desiredNumberScheduled ?? 0],
          [text.columns.ready, status?.numberReady ?? 0],
          [text.columns.available, status?.numberAvailable ?? 0],
          [text.details.strategy, rolling === undefined ? type : strategy],
          [text.columns.nodeSelector, nodeSelector(set)],
          [text.details.selector, fullSelectorText(spec?.selector)],
          [text.details.image, imagesText(spec?.template.spec)],
        ]),
      }),
    ]
  },
})
