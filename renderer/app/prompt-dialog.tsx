import { useStore } from 'zustand'
import { Dialog } from '../ui/dialog.tsx'
import { useActions } from './actions-context.ts'
import { CommandPalette } from './command-palette.tsx'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { CreateClusterDialog } from './create-cluster-dialog.tsx'
import { DeleteObjectDialog } from './delete-object-dialog.tsx'
import { useText } from './hooks.ts'
import { modifier, shortcutKeys } from './keyboard.ts'
import { NodeDialog } from './node-dialog.tsx'
import { ScaleDialog } from './scale-dialog.tsx'
import { useServices } from './services.ts'

/** The dialog that is asked for, if any. */
export function PromptDialog() {
  const prompt = useStore(useServices().prompts, (state) => state.prompt)
  const actions = useActions()
  const text = useText()
  switch (prompt?.type) {
    case undefined:
      return null
    case 'palette':
      return <CommandPalette />
    case 'shortcuts':
      return <Shortcuts />
    case 'create-cluster':
      return <CreateClusterDialog />
    case 'delete-object':
      return <DeleteObjectDialog kind={prompt.kind} object={prompt.object} />
    case 'node':
      return <NodeDialog {...prompt} />
    case 'scale':
      return <ScaleDialog kind={prompt.kind} object={prompt.object} />
    case 'stop-cluster':
      return (
        <ConfirmDialog
          title={text.confirm.stopTitle(prompt.cluster.name)}
          text={text.confirm.stopText}
          action={text.actions.stop}
          onConfirm={() => void actions.down(prompt.cluster.name)}
        />
      )
    case 'delete-cluster':
      return (
        <ConfirmDialog
          title={text.confirm.clusterTitle(prompt.cluster.name)}
          text={text.confirm.clusterGone}
          action={text.actions.delete}
          typed={prompt.cluster.name}
          onConfirm={() => void actions.deleteCluster(prompt.cluster.name)}
        />
      )
  }
}

function Shortcuts() {
  const text = useText()
  const actions = useActions()
  const rows: [string, string[]][] = [
    [text.actions.palette, [`${modifier}K`]],
    ...shortcutKeys.map(([name, ...keys]): [string, string[]] => [
      text.actions[name],
      keys.map((key) => ({ ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc' })[key] ?? key),
    ]),
  ]
  return (
    <Dialog label={text.shortcuts.title} className="shortcuts" onClose={() => actions.closePrompt()}>
      <h2>{text.shortcuts.title}</h2>
      <dl>
        {rows.map(([label, keys]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <div className="dialog-buttons">
        <button type="button" className="plain" onClick={() => actions.closePrompt()}>
          {text.shortcuts.close}
        </button>
      </div>
    </Dialog>
  )
}
