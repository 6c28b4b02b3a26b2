import type { Node, Pod, Toleration } from '../../../../shared/api/types/core-v1.ts'
import type { PriorityClass } from '../../../../shared/api/types/scheduling-v1.ts'
import { newForbidden } from '../machinery/api-errors.ts'
import type { AdmissionPlugin } from './admission.ts'
import type { AdmissionState } from './plugins.ts'

const TOLERATION_SECONDS = 300
const NOT_READY = 'node.kubernetes.io/not-ready'
const UNREACHABLE = 'node.kubernetes.io/unreachable'
const PRIORITY_CLASSES = 'priorityclasses.scheduling.k8s.io'

/** DefaultTolerationSeconds: pods stay five minutes on a node that fails, unless they say otherwise. */
export function defaultTolerationSeconds(tolerationSeconds = TOLERATION_SECONDS): AdmissionPlugin {
  return {
    name: 'DefaultTolerationSeconds',
    resources: new Set(['pods']),
    mutate({ operation, call, object }) {
      if (call.subresource !== '' || (operation !== 'CREATE' && operation !== 'UPDATE')) return
      const { spec } = object as Pod
      if (!spec) return
      for (const key of [NOT_READY, UNREACHABLE]) {
        if (spec.tolerations?.some((toleration) => covers(toleration, key))) continue
        const toleration = { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds }
        spec.tolerations = [...(spec.tolerations ?? []), toleration]
      }
    },
  }
}

function covers({ key, effect }: Toleration, wanted: string): boolean {
  return (key === wanted || !key) && (effect === 'NoExecute' || !effect)
}

/** Priority: resolves priorityClassName to the number and the preemption policy that the scheduler reads. */
export function priorityAdmission({ store }: AdmissionState): AdmissionPlugin {
  return {
    name: 'Priority',
    resources: new Set(['pods']),
    mutate({ operation, call, object, old, name }) {
      if (call.subresource !== '') return
      const pod = object as Pod
      if (!pod.spec) return
      if (operation === 'UPDATE') {
        const before = (old as Pod).spec
        if (pod.spec.priority === undefined && before?.priority !== undefined) pod.spec.priority = before.priority
        if (pod.spec.preemptionPolicy === undefined && before?.preemptionPolicy !== undefined) {
          pod.spec.preemptionPolicy = before.preemptionPolicy
        }
        return
      }
      if (operation !== 'CREATE') return
      const found = pod.spec.priorityClassName ? classNamed(store, pod.spec.priorityClassName) : defaultClass(store)
      if (pod.spec.priorityClassName && found === undefined) {
        const why = `no PriorityClass with name ${pod.spec.priorityClassName} was found`
        throw newForbidden(call.resource, name, why)
      }
      const priority = found?.value ?? 0
      const refuse = (why: string) => newForbidden(call.resource, name, why)
      if (pod.spec.priority !== undefined && pod.spec.priority !== priority) {
        throw refuse(
          `the integer value of priority (${pod.spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`,
        )
      }
      if (!pod.spec.priorityClassName && found) pod.spec.priorityClassName = found.metadata.name as string
      pod.spec.priority = priority
      const policy = found?.preemptionPolicy ?? 'PreemptLowerPriority'
      if (pod.spec.preemptionPolicy !== undefined && pod.spec.preemptionPolicy !== policy) {
        throw refuse(
          `the string value of PreemptionPolicy (${pod.spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
        )
      }
      pod.spec.preemptionPolicy = policy
    },
  }
}

function classNamed(store: AdmissionState['store'], name: string): PriorityClass | undefined {
  return store.get({ resource: PRIORITY_CLASSES, namespace: '', name })?.object as PriorityClass | undefined
}

/** Of several global defaults the lowest counts. */
function defaultClass(store: AdmissionState['store']): PriorityClass | undefined {
  const defaults = store
    .list(PRIORITY_CLASSES)
    .items.map(({ object }) => object as PriorityClass)
    .filter(({ globalDefault }) => globalDefault)
  return defaults.sort((left, right) => (left.value ?? 0) - (right.value ?? 0))[0]
}

/** TaintNodesByCondition: a new node takes no pods until the node controller has seen it ready. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  resources: new Set(['nodes']),
  mutate({ operation, call, object }) {
    if (operation !== 'CREATE' || call.subresource !== '') return
    const node = object as Node
    node.spec ??= {}
    if (node.spec.taints?.some(({ key, effect }) => key === NOT_READY && effect === 'NoSchedule')) return
    node.spec.taints = [...(node.spec.taints ?? []), { key: NOT_READY, effect: 'NoSchedule' }]
  },
}
