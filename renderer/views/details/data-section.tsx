import { useState } from 'react'
import { useText } from '../../app/hooks.ts'
import { Icon } from '../../ui/icon.tsx'
import { decodeBase64 } from './base64.ts'
import { CopyButton } from './copy-button.tsx'

/** The keys of a ConfigMap or Secret. Secret values stay hidden until asked for, one by one. */
export function DataSection({ data, secret = false }: { data: Readonly<Record<string, string>>; secret?: boolean }) {
  const text = useText()
  const keys = Object.keys(data)
  if (keys.length === 0) return null
  return (
    <section className="section">
      <h3>{text.details.data}</h3>
      {keys.map((key) => (
        <Entry
          key={key}
          name={key}
          value={secret ? decodeBase64(data[key] ?? '') : (data[key] ?? '')}
          hidden={secret}
        />
      ))}
    </section>
  )
}

function Entry({ name, value, hidden }: { name: string; value: string; hidden: boolean }) {
  const text = useText()
  const [shown, setShown] = useState(!hidden)
  return (
    <div className="entry">
      <div className="entry-head">
        <span className="entry-key">{name}</span>
        <span className="faint">{text.details.bytes(new Blob([value]).size)}</span>
        {hidden ? (
          <button
            type="button"
            className="icon-button"
            aria-pressed={shown}
            aria-label={`${shown ? text.details.hide : text.details.reveal}: ${name}`}
            title={shown ? text.details.hide : text.details.reveal}
            onClick={() => setShown(!shown)}
          >
            <Icon name="eye" />
          </button>
        ) : null}
        <CopyButton text={value} what={name} />
      </div>
      <pre className={shown ? 'entry-value' : 'entry-value masked'}>{shown ? value : '••••••••••••'}</pre>
    </div>
  )
}
