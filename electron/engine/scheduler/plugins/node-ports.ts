import type { SchedulingPlugin } from '../framework.ts'

const misfit = { reasons: ["node(s) didn't have free ports for the requested pod ports"], resolvable: true }

/** Gives a node's port to one pod at a time. */
export const nodePorts: SchedulingPlugin = {
  name: 'NodePorts',
  weight: 0,
  skips: ({ hostPorts }) => hostPorts.length === 0,
  filter: ({ hostPorts }, node) => (hostPorts.some((port) => node.hasPortConflict(port)) ? misfit : undefined),
  wakesOn({ hostPorts }, event) {
    if (event.type !== 'PodDeleted') return event.type === 'NodeAdded'
    const freed = event.pod.hostPorts
    return hostPorts.some(({ port, protocol }) => freed.some((one) => one.port === port && one.protocol === protocol))
  },
}
