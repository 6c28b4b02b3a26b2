import { useText } from '../../app/hooks.ts'
import { CellView } from '../../ui/cell-view.tsx'
import type { LaptopAddress } from '../services/laptop-addresses.ts'
import { CopyButton } from './copy-button.tsx'

/** Where something answers on this laptop: to open, or to copy. */
export function OpensAt({ addresses }: { addresses: readonly LaptopAddress[] }) {
  const text = useText()
  if (addresses.length === 0) return null
  return (
    <section className="section">
      <h3>{text.details.opensAt}</h3>
      <ul className="addresses">
        {addresses.map((address) => (
          <li key={address.url}>
            <CellView cell={{ type: 'address', ...address }} />
            <CopyButton text={address.url} what={address.text} />
          </li>
        ))}
      </ul>
    </section>
  )
}
