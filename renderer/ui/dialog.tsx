import { type ReactNode, useEffect, useRef } from 'react'

/**
 * A modal dialog: the platform traps the focus, closes on Escape and gives the focus back. What has `data-first` is
 * focused first.
 */
export function Dialog(props: { label: string; className?: string; onClose(): void; children: ReactNode }) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = element.current
    dialog?.showModal()
    dialog?.querySelector<HTMLElement>('[data-first]')?.focus()
    return () => dialog?.close()
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it; the click outside is an extra
    <dialog
      ref={element}
      className={`dialog ${props.className ?? ''}`}
      aria-label={props.label}
      onClose={props.onClose}
      onClick={(event) => {
        if (event.target === element.current) props.onClose()
      }}
    >
      <div className="dialog-body">{props.children}</div>
    </dialog>
  )
}
