import { resources } from '../../../shared/api/resources.ts'
import type { PodDisruptionBudget } from '../../../shared/api/types/policy-v1.ts'
import { ageColumn, countColumn, nameColumn, namespaceColumn, stateColumn, textColumn } from '../common-columns.ts'
import { kindView } from '../kind-view.ts'
import type { ObjectState } from '../object-state.ts'
import { fullSelectorText, properties, textRows } from '../sections.ts'

/** In the reasons of its DisruptionAllowed condition; a warning only where fewer pods are healthy than must be. */
export function budgetState({ status, metadata }: PodDisruptionBudget): ObjectState {
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return { word: 'Pending', tone: 'progress' }
  const reason = status?.conditions?.find(({ type }) => type === 'DisruptionAllowed')?.reason
  if (reason === 'SyncFailed') return { word: reason, tone: 'bad' }
  if ((status?.disruptionsAllowed ?? 0) > 0) return { word: 'SufficientPods', tone: 'good' }
  const isShort = (status?.currentHealthy ?? 0) < (status?.desiredHealthy ?? 0)
  return { word: 'InsufficientPods', tone: isShort ? 'warning' : 'idle' }
}

const orNone = (value: number | string | undefined) => (value === undefined ? 'N/A' : `${value}`)

export const podDisruptionBudgetsView = kindView<PodDisruptionBudget>({
  id: 'poddisruptionbudgets',
  group: 'config',
  ref: resources.podDisruptionBudgets,
  state: budgetState,
  columns: [
    nameColumn,
    namespaceColumn,
    stateColumn(160, budgetState),
    textColumn('minAvailable', { width: 116, rank: 2 }, ({ spec }) => orNone(spec?.minAvailable)),
    textColumn('maxUnavailable', { width: 128, rank: 2 }, ({ spec }) => orNone(spec?.maxUnavailable)),
    {
      ...countColumn('allowedDisruptions', 1, ({ status }: PodDisruptionBudget) => status?.disruptionsAllowed ?? 0),
      width: 150,
    },
    ageColumn,
  ],
  sections: (budget, text) => {
    const { spec, status } = budget
    return [
      properties(budget, text, {
        state: budgetState(budget),
        rows: textRows([
          [text.columns.minAvailable, spec?.minAvailable],
          [text.columns.maxUnavailable, spec?.maxUnavailable],
          [text.columns.allowedDisruptions, status?.disruptionsAllowed ?? 0],
          [text.details.healthy, `${status?.currentHealthy ?? 0} / ${status?.desiredHealthy ?? 0}`],
          [text.details.selector, fullSelectorText(spec?.selector)],
        ]),
      }),
    ]
  },
})
