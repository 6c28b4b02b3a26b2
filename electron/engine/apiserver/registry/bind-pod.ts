import type { KubeObject } from '../../../../shared/api/object.ts'
import { ApiError } from '../../../../shared/api/status.ts'
import type { Binding, Pod } from '../../../../shared/api/types/core-v1.ts'
import { newBadRequest, newConflict, newNotFound } from '../machinery/api-errors.ts'
import { cloneJson } from './json-value.ts'
import { type Call, type ServerContext, timestamp } from './server-context.ts'
import { updateObject } from './update-object.ts'

/** PodTopologyLabels: a pod may learn from its own labels where its node stands. */
const TOPOLOGY_LABELS = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone']

/** POST of a Binding: sets the pod's node, its topology labels, the binding's annotations and PodScheduled. */
export async function bindPod(context: ServerContext, call: Call, body: KubeObject): Promise<void> {
  const binding = body as Binding
  checkBinding(call, binding)
  const node = binding.target.name as string
  await updateObject(context, call, (current) => {
    if (current === undefined) throw newNotFound(call.resource, call.name)
    const pod = cloneJson(current as Pod)
    checkUnbound(call, pod)
    if (pod.spec) pod.spec.nodeName = node
    const { annotations } = binding.metadata
    if (annotations) pod.metadata.annotations = { ...pod.metadata.annotations, ...annotations }
    const labels = { ...binding.metadata.labels, ...topologyOf(context, node) }
    if (Object.keys(labels).length > 0) pod.metadata.labels = { ...pod.metadata.labels, ...labels }
    pod.status ??= {}
    const others = (pod.status.conditions ?? []).filter(({ type }) => type !== 'PodScheduled')
    const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: timestamp(context.clock) }
    pod.status.conditions = [...others, scheduled]
    return pod
  })
}

/** These errors are no Invalid: they have no reason and the code 500. */
function checkBinding(call: Call, { metadata, target }: Binding): void {
  if ((metadata.name ?? '') !== call.name) throw newBadRequest('name in URL does not match name in Binding object')
  const errors: string[] = []
  if (target.kind && target.kind !== 'Node') {
    errors.push(`target.kind: Unsupported value: ${JSON.stringify(target.kind)}: supported values: "Node", "<empty>"`)
  }
  if (!target.name) errors.push('target.name: Required value')
  if (errors.length > 0) throw new ApiError('', errors.length === 1 ? (errors[0] as string) : `[${errors.join(', ')}]`)
}

function checkUnbound(call: Call, { metadata, spec }: Pod): void {
  const refuse = (why: string) =>
    newConflict({ group: '', resource: 'pods/binding' }, call.name, `pod ${call.name} ${why}`)
  if (metadata.deletionTimestamp) throw refuse('is being deleted, cannot be assigned to a host')
  if (spec?.nodeName) throw refuse(`is already assigned to node ${JSON.stringify(spec.nodeName)}`)
  if (spec?.schedulingGates?.length) throw refuse('has non-empty .spec.schedulingGates')
}

function topologyOf({ store }: ServerContext, node: string): Record<string, string> {
  const labels = store.get({ resource: 'nodes', namespace: '', name: node })?.object.metadata.labels ?? {}
  return Object.fromEntries(
    TOPOLOGY_LABELS.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])),
  )
}
