import { expect, test } from 'vitest'
import type { Pod } from '../../../shared/api/types/core-v1.ts'
import { aNode, aPod } from '../../../test/support/scheduling-builders.ts'
import { rejectPod } from './admission.ts'

const allocatable = { cpu: '1', memory: '1Gi', pods: '2' }

/** What a node with these pods says of another one. */
function verdict(pod: Pod, node = aNode('n'), admitted: readonly Pod[] = []): string {
  const rejection = rejectPod({ pod, node: node.build(), allocatable, admitted })
  return rejection ? `${rejection.reason}: ${rejection.message}` : 'admitted'
}

const web = () => aPod('web')
const withPort = (name: string, hostPort: number, hostIP = '') =>
  aPod(name).spec({ containers: [{ name: 'main', image: 'i', ports: [{ containerPort: 80, hostPort, hostIP }] }] })

test('what a node has not enough of, the first by Kubernetes own order', () => {
  const used = aPod('used').requests({ cpu: '600m' }).build()
  expect(verdict(web().requests({ memory: '2Gi', cpu: '500m' }).build(), aNode('n'), [used])).toBe(
    "OutOfcpu: Pod was rejected: Node didn't have enough resource: cpu, requested: 500, used: 600, capacity: 1000",
  )
  expect(verdict(web().requests({ memory: '2Gi', cpu: '400m' }).build(), aNode('n'), [used])).toBe(
    "OutOfmemory: Pod was rejected: Node didn't have enough resource: memory, requested: 2147483648, used: 0, capacity: 1073741824",
  )
  expect(verdict(web().build(), aNode('n'), [used, aPod('other').build()])).toBe(
    "OutOfpods: Pod was rejected: Node didn't have enough resource: pods, requested: 1, used: 2, capacity: 2",
  )
  expect(verdict(web().requests({ 'example.com/licence': '1' }).build())).toBe('admitted')
})

test('rules of the scheduler that bind even pods that were bound by hand', () => {
  expect(verdict(web().selects({ disk: 'ssd' }).build())).toBe(
    "NodeAffinity: Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  )
  const ports =
    "NodePorts: Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"
  expect(verdict(withPort('a', 80).build(), aNode('n'), [withPort('b', 80, '127.0.0.1').build()])).toBe(ports)
  expect(verdict(withPort('a', 80, '10.0.0.1').build(), aNode('n'), [withPort('b', 80, '127.0.0.1').build()])).toBe(
    'admitted',
  )
  const tainted = aNode('n').taint('down', 'NoExecute')
  expect(verdict(web().build(), tainted)).toBe(
    "TaintToleration: Pod was rejected: Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
  )
  expect(verdict(web().tolerates({ operator: 'Exists' }).build(), tainted)).toBe('admitted')
  expect(verdict(web().build(), aNode('n').taint('busy', 'NoSchedule'))).toBe('admitted')
})

test('pods of another system', () => {
  expect(verdict(web().label('kubernetes.io/os', 'windows').build())).toBe(
    "PodOSSelectorNodeLabelDoesNotMatch: Pod was rejected: Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
  )
  expect(
    verdict(
      web()
        .spec({ os: { name: 'windows' } })
        .build(),
    ),
  ).toBe("PodOSNotSupported: Pod was rejected: Failed to admit pod as the OS field doesn't match node OS")
})
