import type { KubeObject } from '../../shared/api/object.ts'
import { resources } from '../../shared/api/resources.ts'
import type { KindView } from '../views/kind-view.ts'
import { podsOf } from '../views/pods/pods-of.ts'
import { useActions } from './actions-context.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { deletionConsequence, losesData } from './deletion-consequence.ts'
import { useLiveList, useText } from './hooks.ts'

/** Says what the deletion of an object will lead to, then does it. */
export function DeleteObjectDialog({ kind, object }: { kind: KindView; object: KubeObject }) {
  const actions = useActions()
  const text = useText()
  const { objects } = useLiveList(actions.cluster() ?? '', resources.pods)
  const name = object.metadata.name ?? ''
  return (
    <ConfirmDialog
      title={text.confirm.deleteTitle(kind.ref.kind, name)}
      text={deletionConsequence(object, podsOf(object, objects.values()).length, text)}
      action={text.actions.delete}
      typed={losesData(object) ? name : undefined}
      onConfirm={() => void actions.deleteObject(kind, object)}
    />
  )
}
