import { type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react'
import { Icon, type IconName } from './icon.tsx'

export interface PickerOption {
  readonly value: string
  readonly label: string
  readonly mark?: ReactNode
}

export interface PickerProps {
  readonly label: string
  readonly value: string
  readonly options: readonly PickerOption[]
  readonly icon?: IconName
  /** Placeholder of the search field; without one there is none. */
  readonly search?: string
  readonly shortcut?: string
  onPick(value: string): void
}

/** A button that opens a list to choose one of, with search for long ones. */
export function Picker({ label, value, options, icon, search, shortcut, onPick }: PickerProps) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const chosen = options.find((option) => option.value === value)
  useEffect(() => {
    if (!open) return
    const close = (event: Event) => {
      if (!root.current?.contains(event.target as Element)) setOpen(false)
    }
    document.addEventListener('pointerdown', close)
    return () => document.removeEventListener('pointerdown', close)
  }, [open])
  return (
    <div className="picker" ref={root}>
      <button
        ref={button}
        type="button"
        className="picker-button"
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-label={`${label}: ${chosen?.label ?? value}`}
        title={shortcut === undefined ? label : `${label} (${shortcut})`}
        data-picker={label}
        onClick={() => setOpen(!open)}
      >
        {icon === undefined ? null : <Icon name={icon} />}
        {chosen?.mark}
        <span className="picker-value">{chosen?.label ?? value}</span>
        <Icon name="chevron" />
      </button>
      {open ? (
        <Choices
          label={label}
          value={value}
          options={options}
          search={search}
          onPick={(next) => {
            setOpen(false)
            button.current?.focus()
            onPick(next)
          }}
          onClose={() => {
            setOpen(false)
            button.current?.focus()
          }}
        />
      ) : null}
    </div>
  )
}

interface ChoicesProps {
  readonly label: string
  readonly value: string
  readonly options: readonly PickerOption[]
  readonly search: string | undefined
  onPick(value: string): void
  onClose(): void
}

function Choices({ label, value, options, search, onPick, onClose }: ChoicesProps) {
  const [query, setQuery] = useState('')
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const found = useMemo(
    () => options.filter((option) => option.label.toLowerCase().includes(query.toLowerCase())),
    [options, query],
  )
  const [active, setActive] = useState(() =>
    Math.max(
      0,
      options.findIndex((option) => option.value === value),
    ),
  )
  useEffect(() => field.current?.focus(), [])
  const current = Math.min(active, found.length - 1)
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown') setActive(Math.min(found.length - 1, current + 1))
    else if (event.key === 'ArrowUp') setActive(Math.max(0, current - 1))
    else if (event.key === 'Enter' && found[current] !== undefined) onPick(found[current].value)
    else if (event.key === 'Escape') onClose()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className="choices">
      <input
        ref={field}
        className={search === undefined ? 'choices-search unseen' : 'choices-search'}
        role="combobox"
        aria-label={search ?? label}
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={`${id}-${current}`}
        placeholder={search}
        readOnly={search === undefined}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value)
          setActive(0)
        }}
        onKeyDown={onKeyDown}
      />
      <div id={id} role="listbox" aria-label={label} className="choices-list">
        {found.map((option, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above handles the keys
          <div
            key={option.value}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            className="choice"
            onClick={() => onPick(option.value)}
            onPointerMove={() => setActive(index)}
          >
            {option.mark}
            <span className="choice-label">{option.label}</span>
            {option.value === value ? <Icon name="check" /> : null}
          </div>
        ))}
      </div>
    </div>
  )
}
