import '@xterm/xterm/css/xterm.css'
import { useEffect, useRef } from 'react'
import { useText } from '../app/hooks.ts'
import { useServices } from '../app/services.ts'
import type { DockTab } from '../stores/dock-store.ts'
import { TerminalSession } from './terminal-session.ts'

/** A shell in a container. */
export function TerminalPane({ tab }: { tab: DockTab }) {
  const { connection, settings } = useServices()
  const text = useText()
  const element = useRef<HTMLDivElement>(null)
  const words = useRef(text)
  words.current = text
  useEffect(() => {
    if (element.current === null) return
    const session = new TerminalSession(element.current, {
      connection,
      target: tab,
      text: () => words.current.terminal,
    })
    const unsubscribe = settings.subscribe(() => session.applyTheme())
    const system = matchMedia('(prefers-color-scheme: dark)')
    const onSystem = () => session.applyTheme()
    system.addEventListener('change', onSystem)
    return () => {
      unsubscribe()
      system.removeEventListener('change', onSystem)
      session.dispose()
    }
  }, [connection, settings, tab])
  // biome-ignore lint/a11y/useSemanticElements: xterm.js fills it, and a fieldset is a part of a form
  return <div className="shell" ref={element} aria-label={text.terminal.label(tab.pod)} role="group" />
}
