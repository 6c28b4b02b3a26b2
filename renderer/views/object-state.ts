/** How a state is shown: each tone has its own shape and colour, always beside the word. */
export type Tone = 'good' | 'progress' | 'warning' | 'bad' | 'idle' | 'done'

export interface ObjectState {
  /** Kubernetes' own word, as kubectl prints it. */
  readonly word: string
  readonly tone: Tone
}

/** Of every object that has been deleted and is not gone yet. */
export const TERMINATING: ObjectState = { word: 'Terminating', tone: 'idle' }
