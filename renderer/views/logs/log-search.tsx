import { useText } from '../../app/hooks.ts'
import { Icon } from '../../ui/icon.tsx'

interface LogSearchProps {
  readonly query: string
  readonly count: number
  /** Number of the present match, from 1. */
  readonly at: number
  onQuery(query: string): void
  onStep(step: 1 | -1): void
}

export function LogSearch({ query, count, at, onQuery, onStep }: LogSearchProps) {
  const text = useText()
  return (
    <div className="log-search">
      <label className="filter">
        <Icon name="search" />
        <input
          type="search"
          value={query}
          placeholder={text.logs.search}
          aria-label={text.logs.search}
          onChange={(event) => onQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1)
            else if (event.key === 'Escape') onQuery('')
            else return
            event.preventDefault()
            event.stopPropagation()
          }}
        />
      </label>
      {query === '' ? null : (
        <>
          <span className="faint log-matches" role="status">
            {text.logs.matches(at, count)}
          </span>
          <button type="button" className="icon-button" aria-label={text.logs.previousMatch} onClick={() => onStep(-1)}>
            <Icon name="up" />
          </button>
          <button type="button" className="icon-button" aria-label={text.logs.nextMatch} onClick={() => onStep(1)}>
            <Icon name="down" />
          </button>
        </>
      )}
    </div>
  )
}
