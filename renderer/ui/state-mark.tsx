import { memo } from 'react'
import type { ObjectState, Tone } from '../views/object-state.ts'

/** One shape per tone, so that no state is told by colour alone. */
const shapes: Readonly<Record<Tone, React.ReactNode>> = {
  good: <circle cx="6" cy="6" r="4.2" className="fill" />,
  progress: (
    <>
      <circle cx="6" cy="6" r="4" className="track" />
      <path d="M6 2a4 4 0 0 1 4 4" className="line" />
    </>
  ),
  warning: <path d="M6 1.4l5.2 9.2H.8z" className="fill" />,
  bad: <path d="M6 .9L11.1 6 6 11.1.9 6z" className="fill" />,
  idle: <circle cx="6" cy="6" r="3.7" className="line" />,
  done: <path d="M2 6.4l2.7 2.7L10 3.4" className="line" />,
}

export function Mark({ tone }: { tone: Tone }) {
  return (
    <svg className={`mark ${tone}`} viewBox="0 0 12 12" aria-hidden="true">
      {shapes[tone]}
    </svg>
  )
}

/** Shape, word and colour of a state. */
export const StateMark = memo(function StateMark({ state }: { state: ObjectState }) {
  return (
    <span className={`state ${state.tone}`}>
      <Mark tone={state.tone} />
      <span className="word">{state.word}</span>
    </span>
  )
})
