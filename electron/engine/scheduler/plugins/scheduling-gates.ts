import type { SchedulingPlugin } from '../framework.ts'

/** Holds pods back while they have scheduling gates; they are not even tried. */
export const schedulingGates: SchedulingPlugin = {
  name: 'SchedulingGates',
  weight: 0,
  wakesOn: (pod, event) => event.type === 'PodUpdated' && event.pod.metadata.uid === pod.uid,
}
