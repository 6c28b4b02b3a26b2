import { objectKey } from '../../../../shared/api/object.ts'
import { resources } from '../../../../shared/api/resources.ts'
import type { NetworkPolicy } from '../../../../shared/api/types/networking-v1.ts'
import { type Controller, owning, runController } from '../../controller/controller.ts'
import { createEventRecorder } from '../../controller/event-recorder.ts'
import type { ControllerDeps } from '../controller-deps.ts'

/** "between pods": but not for what goes through a Service. "unknown": not found out yet. */
export type PolicyEnforcement = 'full' | 'between pods' | 'none' | 'unknown'

const MESSAGES = {
  none: "NetworkPolicies are kept but not enforced by this cluster, because the container engine's kernel lacks what they need: all traffic is let through",
  'between pods':
    "NetworkPolicies are enforced between pods, but not for connections through Services, because the container engine's kernel lacks what they need: those are let through",
} as const

const ASK_AGAIN_MS = 1000

/**
 * Tells on every policy how far nothing holds to it: a policy that is accepted in silence would be taken for
 * protection.
 */
export function startNetworkPolicyController(
  deps: ControllerDeps & { policyEnforcement(): PolicyEnforcement },
): Controller {
  const policies = deps.informers.of(resources.networkPolicies)
  const recorder = createEventRecorder({ ...deps, component: 'networkpolicy-controller' })
  const controller = runController({
    ...deps,
    name: 'networkpolicy',
    informers: [policies],
    async reconcile(_, { key }) {
      const policy = policies.get(key)
      const enforcement = deps.policyEnforcement()
      if (policy === undefined || enforcement === 'full') return undefined
      if (enforcement === 'unknown') return { requeueAfterMs: ASK_AGAIN_MS }
      recorder.event(policy, 'Warning', 'NotEnforced', MESSAGES[enforcement])
      return undefined
    },
  })
  const subscription = policies.onChange({ added: (policy: NetworkPolicy) => controller.queue.add(objectKey(policy)) })
  return owning(controller, [subscription], recorder)
}
