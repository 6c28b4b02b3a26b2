import type { HorizontalPodAutoscaler } from '../../../shared/api/types/autoscaling-v2.ts'
import { useLiveList } from '../../app/hooks.ts'
import type { KindView } from '../kind-view.ts'
import { kinds } from '../kinds.ts'
import { RelatedPods } from '../pods/related-pods.tsx'

interface AutoscaledProps {
  readonly cluster: string
  readonly autoscaler: HorizontalPodAutoscaler
}

/** The pods that an autoscaler measures: those of its target. */
export function AutoscaledPods({ cluster, autoscaler }: AutoscaledProps) {
  const { kind } = autoscaler.spec.scaleTargetRef
  const view = kinds.find(({ ref }) => ref.kind === kind)
  return view === undefined ? null : <PodsOfTarget cluster={cluster} autoscaler={autoscaler} view={view} />
}

function PodsOfTarget({ cluster, autoscaler, view }: AutoscaledProps & { readonly view: KindView }) {
  const { objects } = useLiveList(cluster, view.ref)
  const { metadata, spec } = autoscaler
  const target = objects.get(`${metadata.namespace}/${spec.scaleTargetRef.name}`)
  return target === undefined ? null : <RelatedPods cluster={cluster} object={target} />
}
