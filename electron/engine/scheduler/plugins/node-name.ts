import type { SchedulingPlugin } from '../framework.ts'

const misfit = { reasons: ["node(s) didn't match the requested node name"], resolvable: false }

/** Lets a pod that names its node only there. */
export const nodeName: SchedulingPlugin = {
  name: 'NodeName',
  weight: 0,
  skips: ({ pod }) => !pod.spec?.nodeName,
  filter: ({ pod }, { name }) => (pod.spec?.nodeName === name ? undefined : misfit),
  wakesOn: (_pod, event) => event.type === 'NodeAdded',
}
