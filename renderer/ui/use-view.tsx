import { useCluster, useText } from '../app/hooks.ts'
import { useUsage } from '../app/usage-hooks.ts'
import { type UseCell, usedNow } from '../views/usage/usage-columns.ts'
import { amountText, topText, usedText } from '../views/usage/usage-text.ts'

/** Above this share of a limit there is little room left. */
const SCARCE = 0.9

/** What is taken now, with a thin bar of how much of its bound that is. */
export function UseView({ cell }: { cell: UseCell }) {
  const text = useText()
  const used = useUsage(useCluster()?.name ?? '', (usage) => usedNow(cell, usage))
  const { bound, resource, of } = cell
  if (used === undefined) return <span className="use faint">—</span>
  const share = bound === undefined ? undefined : used / (bound.amount || 1)
  const all = bound === undefined ? '' : amountText(resource, bound.amount)
  const title =
    bound === undefined || share === undefined
      ? undefined
      : text.usage.share(Math.round(share * 100), text.usage.bounds[bound.kind], all)
  return (
    <span className="use" title={title}>
      {of === 'nodes' ? (
        <span>
          {usedText(resource, used)} <span className="faint">/ {all}</span>
        </span>
      ) : (
        topText(resource, used)
      )}
      {share === undefined ? null : <UseBar share={share} scarce={bound?.kind !== 'request' && share >= SCARCE} />}
    </span>
  )
}

/** What is taken, over what is asked for, of all there is. */
export function ShareBar({ used, asked, all }: { used: number; asked: number; all: number }) {
  const width = (amount: number) => ({ width: `${Math.min(100, (100 * amount) / (all || 1))}%` })
  return (
    <span className="share-bar" aria-hidden="true">
      <span className="asked" style={width(asked)} />
      <span className={used >= SCARCE * all ? 'scarce' : ''} style={width(used)} />
    </span>
  )
}

export function UseBar({ share, scarce }: { share: number; scarce: boolean }) {
  return (
    <span className={scarce ? 'use-bar scarce' : 'use-bar'} aria-hidden="true">
      <span style={{ width: `${Math.min(100, share * 100)}%` }} />
    </span>
  )
}
