import type { Container, Pod } from '../../../../shared/api/types/core-v1.ts'
import { podSpec } from '../pod-containers.ts'

/** Whether a container that ended with `exitCode` runs again: its own rules and policy first, then the pod's. */
export function restartsAfterExit(pod: Pod, container: Container, exitCode: number): boolean {
  for (const rule of container.restartPolicyRules ?? []) {
    if (!rule.exitCodes) continue
    const listed = rule.exitCodes.values?.includes(exitCode) ?? false
    if (rule.exitCodes.operator === 'NotIn' ? !listed : listed) return true
  }
  const policy = container.restartPolicy ?? podSpec(pod).restartPolicy ?? 'Always'
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0)
}

/** Whether a container that was killed for a failed probe runs again. */
export function restartsAfterKill(pod: Pod, container: Container): boolean {
  return (container.restartPolicy ?? podSpec(pod).restartPolicy ?? 'Always') !== 'Never'
}
