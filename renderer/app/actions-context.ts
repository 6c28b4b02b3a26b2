import { createContext, useContext } from 'react'
import type { Actions } from './actions.ts'

const ActionsContext = createContext<Actions | undefined>(undefined)

export const ActionsProvider = ActionsContext.Provider

export function useActions(): Actions {
  const actions = useContext(ActionsContext)
  if (actions === undefined) throw new Error('no actions above this component')
  return actions
}
