import { useEffect } from 'react'
import { objectKey } from '../../shared/api/object.ts'
import type { Pod } from '../../shared/api/types/core-v1.ts'
import { rowsInView } from '../views/rows-in-view.ts'
import type { Actions } from './actions.ts'
import { useActions } from './actions-context.ts'
import { type Services, useServices } from './services.ts'

const isMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform)

/** How the platform writes its command modifier in front of a key. */
export const modifier = isMac ? '⌘' : 'Ctrl '

type Shortcut =
  | 'next'
  | 'previous'
  | 'open'
  | 'logs'
  | 'shell'
  | 'delete'
  | 'yaml'
  | 'events'
  | 'filter'
  | 'namespace'
  | 'toggleDock'
  | 'palette'
  | 'shortcuts'
  | 'close'

/** Every single-key shortcut; those with the command modifier are below. In the order of the help. */
export const shortcutKeys: readonly (readonly [Shortcut, ...string[]])[] = [
  ['next', 'j', 'ArrowDown'],
  ['previous', 'k', 'ArrowUp'],
  ['open', 'Enter'],
  ['close', 'Escape'],
  ['logs', 'l'],
  ['shell', 's'],
  ['delete', 'd', 'Delete'],
  ['yaml', 'y'],
  ['events', 'e'],
  ['filter', '/'],
  ['namespace', 'n'],
  ['toggleDock', '`'],
  ['shortcuts', '?'],
]

/** The shortcut of a key press, if it is one for the window: not what is typed into a field or a terminal. */
export function shortcutOf(event: KeyboardEvent): Shortcut | undefined {
  const command = isMac ? event.metaKey : event.ctrlKey
  if (command && event.key.toLowerCase() === 'k') return 'palette'
  if (command && event.key === '`') return 'toggleDock'
  const target = event.target as HTMLElement | null
  if (event.ctrlKey || event.metaKey || event.altKey || target?.closest('input, textarea, select, dialog'))
    return undefined
  // A focused button or tab keeps the keys that work it.
  if ((event.key === 'Enter' || event.key === ' ') && target?.closest('button, a, [role=tab]')) return undefined
  if (event.key.startsWith('Arrow') && target?.closest('[role=separator], [role=tablist], .details-body, .log-body')) {
    return undefined
  }
  return shortcutKeys.find(([, ...keys]) => keys.includes(event.key))?.[0]
}

/** Listens for the window's shortcuts. */
export function useKeyboard(): void {
  const services = useServices()
  const actions = useActions()
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const shortcut = shortcutOf(event)
      if (shortcut === undefined) return
      if (run(shortcut, services, actions)) event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [services, actions])
}

/** Answers whether there was anything to do. */
function run(shortcut: Shortcut, services: Services, actions: Actions): boolean {
  const { view, dock, prompts } = services
  if (shortcut === 'palette') {
    const open = prompts.getState().prompt?.type === 'palette'
    if (open) actions.closePrompt()
    else actions.prompt({ type: 'palette' })
    return true
  }
  if (prompts.getState().prompt !== undefined) return false
  switch (shortcut) {
    case 'next':
      return moveSelection(services, 1)
    case 'previous':
      return moveSelection(services, -1)
    case 'open':
      return view.store.getState().selected === undefined && moveSelection(services, 1)
    case 'close':
      if (view.store.getState().selected === undefined) return false
      view.go({ selected: undefined, tab: 'overview' })
      return true
    case 'filter':
      return focus('#filter')
    case 'namespace':
      return click('[data-picker]:not(.cluster [data-picker])')
    case 'toggleDock':
      dock.toggle()
      return true
    case 'shortcuts':
      actions.prompt({ type: 'shortcuts' })
      return true
    default:
      return runOnSelected(shortcut, services, actions)
  }
}

function runOnSelected(shortcut: Shortcut, { view }: Services, actions: Actions): boolean {
  const selected = actions.selected()
  if (selected === undefined) return false
  const { cluster, kind, object } = selected
  if (shortcut === 'yaml') view.adjust({ tab: 'yaml' })
  else if (shortcut === 'events') view.adjust({ tab: 'events' })
  else if (shortcut === 'delete') actions.askToDelete(kind, object)
  else if (kind.id !== 'pods') return false
  else if (shortcut === 'logs') actions.openLogs(cluster, object as Pod)
  else if (shortcut === 'shell') actions.openTerminal(cluster, object as Pod)
  return true
}

/** Walks along the list; from nothing selected to the first or last row. */
function moveSelection({ view }: Services, step: 1 | -1): boolean {
  const rows = rowsInView.current
  const { selected } = view.store.getState()
  const index = rows.findIndex((row) => objectKey(row) === selected)
  const next = index < 0 ? (step > 0 ? 0 : rows.length - 1) : index + step
  const row = rows[Math.min(rows.length - 1, Math.max(0, next))]
  if (row === undefined) return false
  if (selected === undefined) view.go({ selected: objectKey(row) })
  else view.adjust({ selected: objectKey(row) })
  return true
}

function focus(selector: string): boolean {
  const field = document.querySelector<HTMLInputElement>(selector)
  field?.focus()
  field?.select()
  return field !== null
}

function click(selector: string): boolean {
  const button = document.querySelector<HTMLElement>(selector)
  button?.click()
  return button !== null
}
