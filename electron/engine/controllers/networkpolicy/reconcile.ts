import { objectKey } from '../../../../shared/api/object.ts'
import { resources } from '../../../../shared/api/resources.ts'
import type { NetworkPolicy } from '../../../../shared/api/types/networking-v1.ts'
import { type Controller, owning, runController } from '../../controller/controller.ts'
import { createEventRecorder } from '../../controller/event-recorder.ts'
import type { ControllerDeps } from '../controller-deps.ts'

const MESSAGE = 'NetworkPolicies are kept but not enforced by this cluster: all traffic is let through'

/** Tells on every policy that nothing holds to it: a policy that is accepted in silence would be taken for protection. */
export function startNetworkPolicyController(deps: ControllerDeps): Controller {
  const policies = deps.informers.of(resources.networkPolicies)
  const recorder = createEventRecorder({ ...deps, component: 'networkpolicy-controller' })
  const controller = runController({
    ...deps,
    name: 'networkpolicy',
    informers: [policies],
    async reconcile(_, { key }) {
      const policy = policies.get(key)
      if (policy !== undefined) recorder.event(policy, 'Warning', 'NotEnforced', MESSAGE)
      return undefined
    },
  })
  const subscription = policies.onChange({ added: (policy: NetworkPolicy) => controller.queue.add(objectKey(policy)) })
  return owning(controller, [subscription], recorder)
}
