import { useState } from 'react'
import { useStore } from 'zustand'
import { Dialog } from '../ui/dialog.tsx'
import { useActions } from './actions-context.ts'
import { useText } from './hooks.ts'
import { useServices } from './services.ts'

const NAME = /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/
const MOST_NODES = 20

export function CreateClusterDialog() {
  const text = useText()
  const actions = useActions()
  const taken = useStore(useServices().clusters, (state) => state.clusters)
  const [name, setName] = useState(() => freeName(taken.map((cluster) => cluster.name)))
  const [nodes, setNodes] = useState(1)
  const valid = NAME.test(name) && !taken.some((cluster) => cluster.name === name)
  return (
    <Dialog label={text.confirm.createTitle} onClose={() => actions.closePrompt()}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          if (!valid) return
          actions.closePrompt()
          void actions.up(name, nodes)
        }}
      >
        <h2>{text.confirm.createTitle}</h2>
        <label className="field">
          {text.confirm.createName}
          <input
            data-first
            autoComplete="off"
            spellCheck={false}
            value={name}
            aria-invalid={!valid}
            onFocus={(event) => event.target.select()}
            onChange={(event) => setName(event.target.value)}
          />
          <span className="faint">{text.confirm.nameRule}</span>
        </label>
        <label className="field">
          {text.confirm.createNodes}
          <input
            type="number"
            min={1}
            max={MOST_NODES}
            value={nodes}
            onChange={(event) => setNodes(Math.max(1, Math.min(MOST_NODES, event.target.valueAsNumber || 1)))}
          />
          <span className="faint">{text.confirm.createNodesHint}</span>
        </label>
        <div className="dialog-buttons">
          <button type="button" className="plain" onClick={() => actions.closePrompt()}>
            {text.actions.cancel}
          </button>
          <button type="submit" className="primary" disabled={!valid}>
            {text.actions.create}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** "dev", then "dev-2", "dev-3". */
function freeName(taken: readonly string[]): string {
  let name = 'dev'
  for (let number = 2; taken.includes(name); number += 1) name = `dev-${number}`
  return name
}
