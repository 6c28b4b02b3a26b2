import { useStore } from 'zustand'
import { useServices } from '../app/services.ts'
import type { Settings } from '../stores/settings-store.ts'

type Size = 'navWidth' | 'detailsWidth' | 'dockHeight'

interface SplitterProps {
  readonly label: string
  readonly size: Size
  readonly min: number
  readonly max: number
  /** Which side of it grows when the pointer goes left or up. */
  readonly grows: 'before' | 'after'
}

const STEP = 24

/** A bar between two panes that sets the size of one; the size is kept. */
export function Splitter({ label, size, min, max, grows }: SplitterProps) {
  const { settings } = useServices()
  const value = useStore(settings, (all) => all[size])
  const vertical = size !== 'dockHeight'
  const set = (next: number) =>
    settings.setState({ [size]: Math.round(Math.min(max, Math.max(min, next))) } as Partial<Settings>)
  const onPointerDown = (event: React.PointerEvent<HTMLElement>) => {
    const bar = event.currentTarget
    const start = vertical ? event.clientX : event.clientY
    const first = settings.getState()[size]
    bar.setPointerCapture(event.pointerId)
    const move = ({ clientX, clientY }: PointerEvent) => {
      const way = (vertical ? clientX : clientY) - start
      set(first + (grows === 'before' ? way : -way))
    }
    bar.addEventListener('pointermove', move)
    bar.addEventListener('lostpointercapture', () => bar.removeEventListener('pointermove', move), { once: true })
  }
  const onKeyDown = ({ key }: React.KeyboardEvent) => {
    const way = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[key] ?? 0
    set(value + way * (grows === 'before' ? STEP : -STEP))
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that can be moved is no hr
    <div
      className={vertical ? 'splitter vertical' : 'splitter'}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={vertical ? 'vertical' : 'horizontal'}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
    />
  )
}
