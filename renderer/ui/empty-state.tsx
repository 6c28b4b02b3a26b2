import type { ReactNode } from 'react'

interface EmptyStateProps {
  readonly title: string
  readonly text?: string | undefined
  readonly picture?: 'slipway' | 'engine'
  /** Something is under way. */
  readonly busy?: boolean
  readonly children?: ReactNode
}

/** In place of content: what is missing, why, and what to do about it. */
export function EmptyState({ title, text, picture, busy, children }: EmptyStateProps) {
  return (
    <div className="empty" role={busy ? 'status' : undefined}>
      {busy ? <span className="spinner" aria-hidden="true" /> : null}
      {picture === undefined ? null : <Picture name={picture} />}
      <h1>{title}</h1>
      {text ? <p>{text}</p> : null}
      {children}
    </div>
  )
}

function Picture({ name }: { name: 'slipway' | 'engine' }) {
  return (
    <svg className="picture" viewBox="0 0 160 96" aria-hidden="true">
      <path className="soft" d="M8 82h144M20 90h120" />
      {name === 'slipway' ? (
        <>
          <path className="line" d="M14 74 146 44v10L14 84z" />
          <path className="line" d="M40 67v6M66 61v6M92 55v6M118 49v6" />
          <path className="hull" d="M40 54 48 28h26l6 14 38-9-14 22-54 13z" />
          <path className="line" d="M55 28V14h10v14M74 28h-4" />
        </>
      ) : (
        <>
          <path className="line" d="M46 30h68v40H46zM58 42h44M58 54h26" />
          <path className="hull" d="M30 42h16v16H30zM114 42h16v16h-16z" />
          <path className="line" d="M62 18l36 64" />
        </>
      )}
    </svg>
  )
}
