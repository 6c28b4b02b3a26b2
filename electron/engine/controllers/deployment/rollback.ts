import { resources } from '../../../../shared/api/resources.ts'
import type { Deployment, ReplicaSet } from '../../../../shared/api/types/apps-v1.ts'
import { type Annotations, ROLLBACK_TO, revisionOf, rolledBackAnnotations } from './annotations.ts'
import { sameTemplate, withoutHash } from './replica-sets.ts'
import type { Rollout } from './rollout.ts'

/** Does what the annotation `deprecated.deployment.rollback.to` asks for, 0 meaning the revision before, and removes it. */
export async function rollBack(rollout: Rollout): Promise<void> {
  const { client, deployment, generations, recorder } = rollout
  const all = [...generations.old, ...(generations.current ? [generations.current] : [])]
  const asked = Number(deployment.metadata.annotations?.[ROLLBACK_TO])
  const revision = asked === 0 ? lastRevision(all) : asked
  const target = revision > 0 ? all.find((replicaSet) => revisionOf(replicaSet) === revision) : undefined
  const { name } = deployment.metadata
  let next = withAnnotations(deployment, withoutRollback(deployment))
  if (target === undefined) {
    const message = revision === 0 ? 'Unable to find last revision.' : 'Unable to find the revision to rollback to.'
    recorder.event(deployment, 'Warning', 'DeploymentRollbackRevisionNotFound', message)
  } else if (sameTemplate(target.spec?.template, deployment.spec?.template)) {
    const message = `The rollback revision contains the same template as current deployment "${name}"`
    recorder.event(deployment, 'Warning', 'DeploymentRollbackTemplateUnchanged', message)
  } else {
    const template = withoutHash(target.spec?.template) ?? {}
    const spec = { ...(deployment.spec ?? { selector: {} }), template }
    next = withAnnotations({ ...deployment, spec }, rolledBackAnnotations(deployment, target))
  }
  await client.resource(resources.deployments).update(next)
  if (next.spec !== deployment.spec) {
    recorder.event(
      deployment,
      'Normal',
      'DeploymentRollback',
      `Rolled back deployment "${name}" to revision ${revision}`,
    )
  }
}

/** The second highest revision; 0 when there is none. */
function lastRevision(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.map(revisionOf).sort((a, b) => b - a)[1] ?? 0
}

function withoutRollback(deployment: Deployment): Annotations {
  const { [ROLLBACK_TO]: _, ...annotations } = deployment.metadata.annotations ?? {}
  return annotations
}

function withAnnotations(deployment: Deployment, annotations: Annotations): Deployment {
  return { ...deployment, metadata: { ...deployment.metadata, annotations } }
}
