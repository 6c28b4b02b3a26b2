import { useState } from 'react'
import { useText } from '../../app/hooks.ts'
import { Icon } from '../../ui/icon.tsx'

const CONFIRMED_MS = 1_500

export function CopyButton({ text: content, what }: { text: string; what: string }) {
  const text = useText()
  const [copied, setCopied] = useState(false)
  const copy = () =>
    void navigator.clipboard.writeText(content).then(() => {
      setCopied(true)
      setTimeout(() => setCopied(false), CONFIRMED_MS)
    })
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={`${copied ? text.details.copied : text.details.copy}: ${what}`}
      title={copied ? text.details.copied : text.details.copy}
      onClick={copy}
    >
      <Icon name={copied ? 'check' : 'copy'} />
    </button>
  )
}
