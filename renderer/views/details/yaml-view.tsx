import { useMemo, useState } from 'react'
import { stringify } from 'yaml'
import type { KubeObject } from '../../../shared/api/object.ts'
import { useText } from '../../app/hooks.ts'
import { CopyButton } from './copy-button.tsx'
import { yamlTokens } from './yaml-tokens.ts'

/** The object as `kubectl get -o yaml` writes it, managed fields only when asked for. */
export function YamlView({ object }: { object: KubeObject }) {
  const text = useText()
  const [full, setFull] = useState(false)
  const yaml = useMemo(() => {
    const { managedFields: _left, ...metadata } = object.metadata
    return stringify(full ? object : { ...object, metadata }, { sortMapEntries: true, lineWidth: 0 })
  }, [object, full])
  const lines = useMemo(() => yaml.trimEnd().split('\n').map(yamlTokens), [yaml])
  return (
    <div className="yaml">
      <div className="yaml-bar">
        <label className="check">
          <input type="checkbox" checked={full} onChange={(event) => setFull(event.target.checked)} />
          {text.details.managedFields}
        </label>
        <CopyButton text={yaml} what="YAML" />
      </div>
      <pre>
        {lines.map((tokens, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
          <div key={index} className="yaml-line">
            {tokens.map(({ kind, text: part }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place
              <span key={at} className={`y-${kind}`}>
                {part}
              </span>
            ))}
          </div>
        ))}
      </pre>
    </div>
  )
}
