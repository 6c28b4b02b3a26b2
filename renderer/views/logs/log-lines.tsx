import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useEffect, useRef } from 'react'
import { useText } from '../../app/hooks.ts'
import { ansiRuns } from './ansi.ts'
import type { LogLine } from './log-buffer.ts'
import { splitMatches } from './split-matches.ts'

const LINE_HEIGHT = 19
/** Scrolled at most this far from the end still counts as being at the end. */
const END_SLACK = 24

interface LogLinesProps {
  readonly lines: readonly LogLine[]
  readonly timestamps: boolean
  readonly wrap: boolean
  readonly follow: boolean
  readonly query: string
  /** Index of the present match. */
  readonly current: number | undefined
  onFollow(follow: boolean): void
}

export function LogLines({ lines, timestamps, wrap, follow, query, current, onFollow }: LogLinesProps) {
  const text = useText()
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 24,
    getItemKey: (index) => lines[index]?.number ?? index,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of what is shown moves the end
  useEffect(() => {
    if (follow && lines.length > 0) virtualizer.scrollToIndex(lines.length - 1, { align: 'end' })
  }, [lines, follow, wrap])
  // biome-ignore lint/correctness/useExhaustiveDependencies: goes there once per match
  useEffect(() => {
    if (current !== undefined && !follow) virtualizer.scrollToIndex(current, { align: 'center' })
  }, [current, follow])
  const onWheel = () => {
    const element = scroller.current
    if (element === null) return
    requestAnimationFrame(() => {
      const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_SLACK
      if (atEnd !== follow) onFollow(atEnd)
    })
  }
  return (
    <div
      className={wrap ? 'log-body wrap' : 'log-body'}
      ref={scroller}
      onWheel={onWheel}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={text.actions.logs}
    >
      {lines.length === 0 ? <p className="faint log-waiting">{text.logs.waiting}</p> : null}
      <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map((item) => {
          const line = lines[item.index]
          return line === undefined ? null : (
            <div
              key={item.key}
              ref={wrap ? virtualizer.measureElement : undefined}
              data-index={item.index}
              className={item.index === current ? 'log-line current' : 'log-line'}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {timestamps ? <span className="log-time">{line.time.slice(0, 23).replace('T', ' ')}</span> : null}
              <LineText line={line.text} query={query} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

const LineText = memo(function LineText({ line, query }: { line: string; query: string }) {
  return (
    <>
      {ansiRuns(line).map(({ text, style }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a run is its place
        <span key={index} className={style}>
          {splitMatches(text, query).map((part, at) =>
            // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place
            at % 2 === 1 ? <mark key={at}>{part}</mark> : part,
          )}
        </span>
      ))}
    </>
  )
})
