import { useState } from 'react'
import type { KubeObject } from '../../shared/api/object.ts'
import type { Deployment } from '../../shared/api/types/apps-v1.ts'
import { Dialog } from '../ui/dialog.tsx'
import type { KindView } from '../views/kind-view.ts'
import { useActions } from './actions-context.ts'
import { useText } from './hooks.ts'

const MOST = 1_000

export function ScaleDialog({ kind, object }: { kind: KindView; object: KubeObject }) {
  const text = useText()
  const actions = useActions()
  const [replicas, setReplicas] = useState((object as Deployment).spec?.replicas ?? 1)
  const title = text.confirm.scaleTitle(object.metadata.name ?? '')
  return (
    <Dialog label={title} onClose={() => actions.closePrompt()}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          actions.closePrompt()
          void actions.scale(kind, object, replicas)
        }}
      >
        <h2>{title}</h2>
        <label className="field">
          {text.confirm.scaleText}
          <input
            data-first
            type="number"
            min={0}
            max={MOST}
            value={replicas}
            onFocus={(event) => event.target.select()}
            onChange={(event) => setReplicas(Math.max(0, Math.min(MOST, event.target.valueAsNumber || 0)))}
          />
        </label>
        <div className="dialog-buttons">
          <button type="button" className="plain" onClick={() => actions.closePrompt()}>
            {text.actions.cancel}
          </button>
          <button type="submit" className="primary">
            {text.actions.scale}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
