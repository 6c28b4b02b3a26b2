import { toleratesTaint } from '../../../../shared/api/tolerations.ts'
import type { SchedulingPlugin } from '../framework.ts'

const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }
const misfit = { reasons: ['node(s) were unschedulable'], resolvable: false }

/** Keeps pods off cordoned nodes unless they tolerate the unschedulable taint. */
export const nodeUnschedulable: SchedulingPlugin = {
  name: 'NodeUnschedulable',
  weight: 0,
  filter({ pod }, { node }) {
    if (!node.spec?.unschedulable || toleratesTaint(pod.spec?.tolerations, TAINT)) return undefined
    return misfit
  },
  wakesOn: (_pod, event) =>
    event.type === 'NodeAdded' ||
    (event.type === 'NodeUpdated' && event.before.spec?.unschedulable === true && !event.node.spec?.unschedulable),
}
