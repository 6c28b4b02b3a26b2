import { useActions } from './actions-context.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { useText } from './hooks.ts'
import type { NodeChange } from './prompts.ts'

interface NodeDialogProps {
  readonly change: NodeChange
  readonly node: string
  readonly why?: string
}

/** Asks before a change of the nodes that ends pods, or promises more than there is. */
export function NodeDialog({ change, node, why = '' }: NodeDialogProps) {
  const text = useText()
  const actions = useActions()
  const { actions: verbs, confirm } = text
  switch (change) {
    case 'fail':
      return (
        <ConfirmDialog
          title={confirm.failTitle(node)}
          text={confirm.failText}
          action={verbs.failNode}
          onConfirm={() => void actions.failNode(node)}
        />
      )
    case 'remove':
      return (
        <ConfirmDialog
          title={confirm.removeTitle(node)}
          text={confirm.removeText}
          action={verbs.removeNode}
          onConfirm={() => void actions.removeNode(node, false)}
        />
      )
    case 'end':
      return (
        <ConfirmDialog
          title={confirm.removeTitle(node)}
          text={why}
          action={verbs.endPods}
          onConfirm={() => void actions.removeNode(node, true)}
        />
      )
    case 'overcommit':
      return (
        <ConfirmDialog
          title={verbs.addNode}
          text={why}
          action={verbs.overcommit}
          onConfirm={() => void actions.addNode(true)}
        />
      )
  }
}
