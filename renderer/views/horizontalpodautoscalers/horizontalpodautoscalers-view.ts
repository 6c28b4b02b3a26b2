import { resources } from '../../../shared/api/resources.ts'
import { parseTimestamp } from '../../../shared/api/timestamp.ts'
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '../../../shared/api/types/autoscaling-v2.ts'
import { ageColumn, countColumn, nameColumn, namespaceColumn, stateColumn, textColumn } from '../common-columns.ts'
import { type Cell, kindView } from '../kind-view.ts'
import type { ObjectState } from '../object-state.ts'
import { linkTo, properties, textRows } from '../sections.ts'
import { metricShare, metricsText, metricText } from './metrics-text.ts'

/** The reason of the condition that keeps it from scaling, if any. */
export function autoscalerState({ status }: HorizontalPodAutoscaler): ObjectState {
  const condition = (type: string) => status?.conditions?.find((one) => one.type === type)
  const able = condition('AbleToScale')
  const active = condition('ScalingActive')
  const limited = condition('ScalingLimited')
  if (able?.status === 'False') return { word: able.reason ?? 'FailedToScale', tone: 'bad' }
  if (active?.reason === 'ScalingDisabled') return { word: 'ScalingDisabled', tone: 'idle' }
  if (active?.status === 'False') return { word: active.reason ?? 'Inactive', tone: 'warning' }
  if (active === undefined) return { word: 'Pending', tone: 'progress' }
  // It wants more pods than it may have.
  if (limited?.status === 'True' && limited.reason === 'TooManyReplicas')
    return { word: limited.reason, tone: 'warning' }
  return { word: 'Active', tone: 'good' }
}

function metricCell(spec: MetricSpec, status: MetricStatus | undefined): Cell {
  const text = metricText(spec, status)
  const share = metricShare(spec, status)
  return share === undefined ? text : { type: 'share', text, share }
}

const targets = ({ spec, status }: HorizontalPodAutoscaler) =>
  metricsText(spec.metrics ?? [], status?.currentMetrics ?? [])

export const horizontalPodAutoscalersView = kindView<HorizontalPodAutoscaler>({
  id: 'horizontalpodautoscalers',
  group: 'config',
  ref: resources.horizontalPodAutoscalers,
  state: autoscalerState,
  columns: [
    { ...nameColumn, width: 150 },
    namespaceColumn,
    stateColumn(190, autoscalerState),
    textColumn(
      'reference',
      { width: 150, rank: 3 },
      ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`,
    ),
    textColumn('targets', { width: 210, rank: 1 }, targets),
    countColumn('minPods', 4, ({ spec }) => spec.minReplicas ?? 1),
    countColumn('maxPods', 4, ({ spec }) => spec.maxReplicas),
    countColumn('replicas', 2, ({ status }) => status?.currentReplicas ?? 0),
    ageColumn,
  ],
  sections: (autoscaler, text) => {
    const { spec, status, metadata } = autoscaler
    const scaled = parseTimestamp(status?.lastScaleTime)
    return [
      properties(autoscaler, text, {
        state: autoscalerState(autoscaler),
        rows: [
          {
            label: text.columns.reference,
            value: linkTo(spec.scaleTargetRef.kind, spec.scaleTargetRef.name, metadata.namespace),
          },
          ...textRows([
            [text.columns.replicas, `${status?.currentReplicas ?? 0} → ${status?.desiredReplicas ?? 0}`],
            [text.details.bounds, `${spec.minReplicas ?? 1} – ${spec.maxReplicas}`],
          ]),
          ...(scaled === undefined
            ? []
            : [{ label: text.details.lastScale, value: { type: 'age', since: scaled } as const }]),
        ],
      }),
      {
        title: text.columns.targets,
        rows: (spec.metrics ?? []).map((metric, at) => ({
          label: metric.type,
          value: metricCell(metric, status?.currentMetrics?.[at]),
        })),
      },
    ]
  },
})
