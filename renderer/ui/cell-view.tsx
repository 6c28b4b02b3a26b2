import { useServices } from '../app/services.ts'
import type { Cell } from '../views/kind-view.ts'
import { Age } from './age.tsx'
import { Icon } from './icon.tsx'
import { StateMark } from './state-mark.tsx'
import { UseBar, UseView } from './use-view.tsx'

export function CellView({ cell }: { cell: Cell }) {
  if (typeof cell === 'string') return <span>{cell}</span>
  switch (cell.type) {
    case 'state':
      return <StateMark state={cell.state} />
    case 'age':
      return <Age since={cell.since} before={cell.before} />
    case 'link':
      return <ObjectLink section={cell.kind} objectKey={cell.key} text={cell.text} />
    case 'share':
      return (
        <span className="share">
          {cell.text}
          <UseBar share={cell.share} scarce={cell.share > 1} />
        </span>
      )
    case 'use':
      return <UseView cell={cell} />
    case 'address':
      return (
        <a href={cell.url} target="_blank" rel="noreferrer">
          {cell.text} <Icon name="external" />
        </a>
      )
  }
}

/** Goes to an object's list with its details open. */
export function ObjectLink({ section, objectKey, text }: { section: string; objectKey: string; text: string }) {
  const { view } = useServices()
  return (
    <button
      type="button"
      className="link"
      onClick={() => view.go({ section, selected: objectKey, tab: 'overview', filter: '', sort: '' })}
    >
      {text}
    </button>
  )
}
