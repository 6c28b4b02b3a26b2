import { useState } from 'react'
import { Dialog } from '../ui/dialog.tsx'
import { useActions } from './actions-context.ts'
import { useText } from './hooks.ts'

interface ConfirmDialogProps {
  readonly title: string
  /** What will happen. */
  readonly text: string
  readonly action: string
  /** Must be typed first: for what can't be brought back. */
  readonly typed?: string | undefined
  onConfirm(): void
}

/** Asks before something that stops or destroys. */
export function ConfirmDialog({ title, text: words, action, typed, onConfirm }: ConfirmDialogProps) {
  const text = useText()
  const actions = useActions()
  const [value, setValue] = useState('')
  const ready = typed === undefined || value === typed
  return (
    <Dialog label={title} onClose={() => actions.closePrompt()}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          if (!ready) return
          actions.closePrompt()
          onConfirm()
        }}
      >
        <h2>{title}</h2>
        <p>{words}</p>
        {typed === undefined ? null : (
          <label className="field">
            {text.confirm.typeName(typed)}
            <input
              data-first
              autoComplete="off"
              spellCheck={false}
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
          </label>
        )}
        <div className="dialog-buttons">
          <button type="button" className="plain" onClick={() => actions.closePrompt()}>
            {text.actions.cancel}
          </button>
          <button
            type="submit"
            className="primary destructive"
            disabled={!ready}
            data-first={typed === undefined ? true : undefined}
          >
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
