import { compileLabelSelector } from '../../../../shared/api/label-selector.ts'
import type { KubeObject } from '../../../../shared/api/object.ts'
import { controllerOf, controllerReference } from '../../../../shared/api/owner-references.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { ControllerRevision } from '../../../../shared/api/types/apps-v1.ts'
import type { PodTemplateSpec } from '../../../../shared/api/types/core-v1.ts'
import type { LabelSelector } from '../../../../shared/api/types/meta-v1.ts'
import type { Client, ResourceClient } from '../../client/client.ts'
import type { Informer } from '../../controller/informer.ts'
import { controlledBy, orphansIn } from '../../controller/owner-index.ts'
import { claim } from './claim.ts'
import { semanticEqual } from './semantic-equal.ts'
import { templateHash } from './template-hash.ts'

/** Where StatefulSets keep the hash of a revision; DaemonSets use the label that is on their pods too. */
export const HASH_LABEL = 'controller.kubernetes.io/hash'

export interface RevisionOwner extends KubeObject {
  readonly spec?:
    | {
        readonly selector: LabelSelector
        readonly template: PodTemplateSpec
        readonly revisionHistoryLimit?: number | undefined
      }
    | undefined
  readonly status?: { readonly collisionCount?: number | undefined } | undefined
}

export interface History {
  /** The revision of the owner's template as it is now. */
  readonly update: ControllerRevision
  /** Every revision, oldest first. */
  readonly revisions: readonly ControllerRevision[]
  readonly collisionCount: number
}

/** The owner's revisions, with those of a former owner of the same pods, which are adopted unless the owner is on its way out. */
export async function claimRevisions<O extends RevisionOwner>(
  client: Client,
  owner: O,
  owners: Pick<ResourceClient<O>, 'get'>,
  revisions: Informer<ControllerRevision>,
): Promise<readonly ControllerRevision[]> {
  const { uid = '', namespace = '', deletionTimestamp } = owner.metadata
  const selects = compileLabelSelector(owner.spec?.selector)
  const matches = ({ metadata }: ControllerRevision) => selects(metadata.labels)
  const candidates = [...controlledBy(revisions, uid), ...orphansIn(revisions, namespace)]
  if (deletionTimestamp !== undefined) return candidates.filter(matches)
  return claim({ owner, owners, dependents: client.resource(resources.controllerRevisions), candidates, matches })
}

/** Makes sure that the owner's template is its newest revision: by creating one, or by renumbering an equal old one. */
export async function syncRevisions(
  client: Client,
  owner: RevisionOwner,
  owned: readonly ControllerRevision[],
  hashLabel: string,
): Promise<History> {
  const revisions = [...owned].sort((a, b) => a.revision - b.revision || byName(a, b))
  const newest = revisions.at(-1)
  const next = (newest?.revision ?? 0) + 1
  const collisionCount = owner.status?.collisionCount ?? 0
  const wanted = revisionOf(owner, next, { collisionCount, hashLabel })
  const equal = revisions.findLast(({ data }) => semanticEqual(data, wanted.data))
  if (equal !== undefined && equal === newest) return { update: equal, revisions, collisionCount }
  if (equal !== undefined) {
    const update = await client.resource(resources.controllerRevisions).update({ ...equal, revision: next })
    return { update, revisions: [...revisions.filter((other) => other !== equal), update], collisionCount }
  }
  const created = await create(client, owner, wanted, hashLabel)
  return { ...created, revisions: [...revisions, created.update] }
}

async function create(client: Client, owner: RevisionOwner, wanted: ControllerRevision, hashLabel: string) {
  const controllerRevisions = client.resource(resources.controllerRevisions)
  let collisionCount = owner.status?.collisionCount ?? 0
  for (let revision = wanted; ; revision = revisionOf(owner, wanted.revision, { collisionCount, hashLabel })) {
    try {
      return { update: await controllerRevisions.create(revision), collisionCount }
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists')) throw error
      const { name = '', namespace } = revision.metadata
      const taken = await controllerRevisions.get(name, namespace)
      const controller = controllerOf(taken)
      const mayBeOurs = controller === undefined || controller.uid === owner.metadata.uid
      if (mayBeOurs && semanticEqual(taken.data, revision.data)) return { update: taken, collisionCount }
      collisionCount += 1
    }
  }
}

/** Deletes the oldest revisions beyond the limit that no pod uses any more. */
export async function truncateHistory(
  client: Client,
  owner: RevisionOwner,
  revisions: readonly ControllerRevision[],
  used: ReadonlySet<string>,
): Promise<void> {
  const unused = revisions.filter(({ metadata }) => !used.has(metadata.name ?? ''))
  const excess = unused.length - (owner.spec?.revisionHistoryLimit ?? 10)
  for (const { metadata } of unused.slice(0, Math.max(0, excess))) {
    try {
      await client
        .resource(resources.controllerRevisions)
        .delete({ name: metadata.name ?? '', namespace: metadata.namespace })
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error
    }
  }
}

/** The template that a revision recorded. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const { spec } = revision.data as { spec: { template: PodTemplateSpec & { $patch?: string } } }
  const { $patch: _, ...template } = spec.template
  return template
}

function revisionOf(
  owner: RevisionOwner,
  revision: number,
  { collisionCount, hashLabel }: { collisionCount: number; hashLabel: string },
): ControllerRevision {
  const template = owner.spec?.template ?? {}
  const hash = templateHash(template, collisionCount)
  const { name = '', namespace, annotations } = owner.metadata
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name.slice(0, 223)}-${hash}`,
      namespace,
      labels: { ...template.metadata?.labels, [hashLabel]: hash },
      ...(annotations ? { annotations } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    data: { spec: { template: { ...template, $patch: 'replace' } } },
    revision,
  }
}

function byName(a: KubeObject, b: KubeObject): number {
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
}
