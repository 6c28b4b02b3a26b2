import { humanDuration } from '../../shared/api/duration.ts'
import { useTicking } from '../app/hooks.ts'

/** A ticking age: "3m20s", with the moment itself as the tooltip. `before` stands in front: "2 (3m20s ago)". */
export function Age({ since, before }: { since: number | undefined; before?: string | undefined }) {
  const text = useTicking((now) => (since === undefined ? '' : humanDuration(Math.max(0, now - since))))
  if (since === undefined) return <span className="faint">{'<unknown>'}</span>
  return (
    <time dateTime={new Date(since).toISOString()} title={new Date(since).toLocaleString()}>
      {before === undefined ? text : `${before} (${text} ago)`}
    </time>
  )
}
