import { useStore } from 'zustand'
import { Icon } from '../ui/icon.tsx'
import { Mark } from '../ui/state-mark.tsx'
import { useText } from './hooks.ts'
import { useServices } from './services.ts'

/** What actions did, read out by screen readers too. */
export function Notices() {
  const { notices } = useServices()
  const shown = useStore(notices.store)
  const text = useText()
  return (
    <div className="notices" role="log" aria-live="polite">
      {shown.map(({ id, tone, text: words }) => (
        <div key={id} className={`notice ${tone}`}>
          <Mark tone={tone === 'good' ? 'done' : 'bad'} />
          <span>{words}</span>
          <button
            type="button"
            className="icon-button"
            aria-label={text.actions.close}
            onClick={() => notices.dismiss(id)}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  )
}
